#!/usr/bin/env node
import { existsSync } from 'node:fs';

// npm links this file when it installs, long before there is anything built.
const main = new URL('../dist/cli/main.js', import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  console.error('entrepot is not built yet: run `npm run build` in the checkout');
  process.exitCode = 1;
}
