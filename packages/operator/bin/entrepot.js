#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';

// What a start leaves behind would make V8 keep 64 MB for new objects, most of which are never used again.
setFlagsFromString('--semi-space-growth-factor=1');

const [major, minor] = process.version.slice(1).split('.').map(Number);
// npm links this file when it installs, long before there is anything built.
const main = new URL('../dist/cli/main.js', import.meta.url);
if (major < 22 || (major === 22 && minor < 19)) {
  // Said before anything is imported: dependencies fail in an older Node with words about themselves.
  console.error(`entrepot needs Node >= 22.19, this is ${process.version}`);
  process.exitCode = 1;
} else if (existsSync(main)) {
  await import(main.href);
} else {
  console.error('entrepot is not built yet: run `npm run build` in the checkout');
  process.exitCode = 1;
}
