import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { strategyContract } from '../../src/index.ts';
import addressBook from './address-book.ts';

const source = readFileSync(new URL('address-book.ts', import.meta.url), 'utf8');
const guide = readFileSync(new URL('../../../../docs/strategies.md', import.meta.url), 'utf8');

test('the strategy in docs/strategies.md is the one that is tested here, to the letter', () => {
  expect(/```ts\n\/\/ index\.ts of your package\n(?<code>.*?)```/s.exec(guide)?.groups?.['code']).toBe(source);
});

strategyContract(() => addressBook);
