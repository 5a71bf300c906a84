import { expect, test } from 'vitest';
import { run } from '../src/program.ts';

async function ran(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' };
  const output = { out: (text: string) => (said.out += text), err: (text: string) => (said.err += text) };
  const code = await run(args, {}, output, AbortSignal.abort());
  return { code, ...said };
}

test('--help explains every variable and exits with 0', async () => {
  const { code, out } = await ran('--help');
  expect(code).toBe(0);
  for (const variable of [
    'HOSTS_FILE',
    'LOCK_FILE',
    'SHADOW_FQDN',
    'KEEP_ON_EXIT',
    'CA_SOURCE',
    'CA_TARGETS',
    'LOG_LEVEL',
  ]) {
    expect(out).toContain(`  ${variable} `);
  }
});

test.each([['serve'], ['trusted-ca', 'more'], ['--verbose']])('unknown arguments exit with 2: %s', async (...args) => {
  const { code, err } = await ran(...args);
  expect(code).toBe(2);
  expect(err).toMatch(/^entrepot-node-agent: unknown arguments .*\nUsage:/);
});

test('trusted-ca ends with 0 when it is told to', async () =>
  expect(await ran('trusted-ca')).toMatchObject({ code: 0 }));
