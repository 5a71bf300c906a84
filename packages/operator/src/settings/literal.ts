/** What a literal can be: the values that JSON and Python have in common. */
export type Literal = string | number | boolean | null | readonly Literal[] | { readonly [key: string]: Literal };

/** The text is not a literal; `position` counts characters from 1. */
export class LiteralError extends Error {
  override readonly name = 'LiteralError';
  readonly position: number;

  constructor(problem: string, position: number) {
    super(`${problem} at character ${position}`);
    this.position = position;
  }
}

const words: ReadonlyMap<string, Literal> = new Map<string, Literal>([
  ['True', true],
  ['true', true],
  ['False', false],
  ['false', false],
  ['None', null],
  ['null', null],
]);

const escapes: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['b', '\b'],
  ['f', '\f'],
  ['\\', '\\'],
  ['/', '/'],
  ["'", "'"],
  ['"', '"'],
]);

/** Escapes that name a character by its code, and how many hexadecimal digits follow. */
const codeEscapes: ReadonlyMap<string, number> = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
]);

/**
 * Reads one Python literal or JSON value: `{'team': 'x'}`, `[{"key": "k"}]`, `True`, `null`. Existing installations hold
 * Python literals in their settings; people who start today write JSON.
 *
 * Strict where Python is lenient: keys are strings and come once, escapes are known ones.
 * @throws LiteralError that names the problem and where it is.
 */
export function parseLiteral(text: string): Literal {
  const reader = new LiteralReader(text);
  const value = reader.value();
  reader.end();
  return value;
}

class LiteralReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): Literal {
    const next = this.#peek();
    if (next === '{') return this.#dictionary();
    if (next === '[') return this.#sequence('[', ']');
    if (next === '(') return this.#sequence('(', ')');
    if (next === "'" || next === '"') return this.#string();
    return this.#number() ?? this.#word();
  }

  end(): void {
    if (this.#peek() !== undefined) throw this.#unexpected('the end');
  }

  #dictionary(): Literal {
    const entries = new Map<string, Literal>();
    this.#take('{');
    while (this.#peek() !== '}') {
      const start = this.#at;
      if (this.#peek() !== "'" && this.#peek() !== '"') throw this.#unexpected("a quoted key or '}'");
      const key = this.#string();
      if (entries.has(key)) throw this.#problem(`the key '${key}' is there twice,`, start);
      this.#take(':');
      entries.set(key, this.value());
      if (this.#peek() !== '}') this.#take(',', "',' or '}'");
    }
    this.#take('}');
    return Object.fromEntries(entries);
  }

  #sequence(open: string, close: string): Literal {
    const items: Literal[] = [];
    this.#take(open);
    while (this.#peek() !== close) {
      items.push(this.value());
      if (this.#peek() !== close) this.#take(',', `',' or '${close}'`);
    }
    this.#take(close);
    return items;
  }

  #string(): string {
    const start = this.#at;
    const quote = this.#text[this.#at++];
    let value = '';
    for (;;) {
      const character = this.#text[this.#at++];
      if (character === undefined || character === '\n') throw this.#problem('this string is not closed,', start);
      if (character === quote) return value;
      value += character === '\\' ? this.#escape() : character;
    }
  }

  #escape(): string {
    const start = this.#at - 1;
    const character = this.#text[this.#at++] ?? '';
    const plain = escapes.get(character);
    if (plain !== undefined) return plain;
    const length = codeEscapes.get(character) ?? 0;
    const digits = this.#text.slice(this.#at, this.#at + length);
    const code = /^[0-9a-fA-F]+$/.test(digits) && digits.length === length ? Number.parseInt(digits, 16) : Infinity;
    if (code > 0x10ffff) throw this.#problem(`the escape '\\${character}' is not known,`, start);
    this.#at += length;
    return String.fromCodePoint(code);
  }

  #number(): number | undefined {
    const match = /[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?(?![\w.])/y;
    match.lastIndex = this.#at;
    const digits = match.exec(this.#text)?.[0];
    if (digits === undefined) return undefined;
    this.#at += digits.length;
    return Number(digits);
  }

  #word(): Literal {
    const match = /\w+/y;
    match.lastIndex = this.#at;
    const word = match.exec(this.#text)?.[0] ?? '';
    const value = words.get(word);
    if (value === undefined) throw this.#unexpected('a value (text needs quotes)');
    this.#at += word.length;
    return value;
  }

  /** The next character that is not white space. */
  #peek(): string | undefined {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at += 1;
    return this.#text[this.#at];
  }

  #take(character: string, wanted = `'${character}'`): void {
    if (this.#peek() !== character) throw this.#unexpected(wanted);
    this.#at += 1;
  }

  #unexpected(wanted: string): LiteralError {
    const found = this.#text[this.#at];
    return this.#problem(`expected ${wanted}, found ${found === undefined ? 'the end' : `'${found}'`}`, this.#at);
  }

  #problem(problem: string, at: number): LiteralError {
    return new LiteralError(problem, at + 1);
  }
}
