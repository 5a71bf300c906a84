import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LiteralError, parseLiteral, type Literal } from '../../src/settings/literal.ts';

describe('a literal', () => {
  test.each<[title: string, text: string, value: Literal]>([
    ['a Python dictionary', `{'team': 'x'}`, { team: 'x' }],
    ['the same as JSON', `{"team": "x"}`, { team: 'x' }],
    ['a list of dictionaries', `[{'key': 'k', 'operator': 'Exists'}]`, [{ key: 'k', operator: 'Exists' }]],
    ['the words of Python', `[True, False, None]`, [true, false, null]],
    ['the words of JSON', `[true, false, null]`, [true, false, null]],
    ['numbers', `[0, -12, 3.5, 1e3, .5, +1]`, [0, -12, 3.5, 1000, 0.5, 1]],
    ['a tuple is a list', `('a', 'b')`, ['a', 'b']],
    ['a comma at the end, as Python allows', `{'a': ['b', ], }`, { a: ['b'] }],
    ['empty ones', `[{}, [], ()]`, [{}, [], []]],
    ['the other quote inside', `["it's", 'say "hi"']`, ["it's", 'say "hi"']],
    ['escapes', String.raw`'\n\t\\\'\"\/\x41\u00e9\U0001F600'`, '\n\t\\\'"/Aé😀'],
    ['white space and lines', ` {\n 'a' : 1 ,\n 'b' : 2 } `, { a: 1, b: 2 }],
    ['a key that is special in JavaScript', `{'__proto__': 'x'}`, Object.fromEntries([['__proto__', 'x']])],
  ])('%s', (_title, text, value) => {
    expect(parseLiteral(text)).toEqual(value);
  });

  test.each<[title: string, text: string, message: string]>([
    ['nothing', '', 'expected a value (text needs quotes), found the end at character 1'],
    ['a bare word', 'team', "expected a value (text needs quotes), found 't' at character 1"],
    ['a bare word as value', `{'a': x}`, "expected a value (text needs quotes), found 'x' at character 7"],
    ['a set', `{'a'}`, "expected ':', found '}' at character 5"],
    ['a key without quotes', `{a: 1}`, "expected a quoted key or '}', found 'a' at character 2"],
    ['a missing comma', `['a' 'b']`, "expected ',' or ']', found ''' at character 6"],
    ['two commas', `['a',,]`, "expected a value (text needs quotes), found ',' at character 6"],
    ['an open dictionary', `{'a': 1`, "expected ',' or '}', found the end at character 8"],
    ['an open string', `{'a': 'b}`, 'this string is not closed, at character 7'],
    ['a string over two lines', `'a\nb'`, 'this string is not closed, at character 1'],
    ['something behind it', `{} {}`, "expected the end, found '{' at character 4"],
    ['a key that comes twice', `{'a': 1, "a": 2}`, "the key 'a' is there twice, at character 10"],
    ['an escape nobody knows', String.raw`'\q'`, String.raw`the escape '\q' is not known, at character 2`],
    ['half an escape', String.raw`'\u12'`, String.raw`the escape '\u' is not known, at character 2`],
    ['a number that runs into a word', `12ab`, "expected a value (text needs quotes), found '1' at character 1"],
    ['code', `__import__('os')`, "expected a value (text needs quotes), found '_' at character 1"],
  ])('refused with its place: %s', (_title, text, message) => {
    expect(problemOf(text)).toBe(message);
  });

  test('whatever JSON prints is read as JSON reads it', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseLiteral(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test('whatever Python prints is read back', () => {
    fc.assert(
      fc.property(fc.json().map(parseLiteral), (value) => {
        expect(parseLiteral(repr(value))).toEqual(value);
      }),
    );
  });

  test('any other text is refused or read, never a crash', () => {
    const pieces = ['{', '}', '[', ']', '(', ')', ',', ':', "'", '"', '\\', 'a', '1', '.', '-', 'None', ' '];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces)), (parts) => {
        expect(problemOf(parts.join(''))).toMatch(/^read as | at character \d+$/);
      }),
    );
  });
});

function problemOf(text: string): string {
  try {
    return `read as ${JSON.stringify(parseLiteral(text))}`;
  } catch (error) {
    return error instanceof LiteralError ? error.message : String(error);
  }
}

/** Python's `repr` of a value. */
function repr(value: Literal): string {
  if (value === null) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'number') return Object.is(value, -0) ? '0' : String(value);
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map(repr).join(', ')}]`;
  return `{${Object.entries(value)
    .map(([key, item]) => `${quoted(key)}: ${repr(item)}`)
    .join(', ')}}`;
}

function quoted(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "\\'")
    .replaceAll('\n', String.raw`\n`);
  return `'${escaped}'`;
}
