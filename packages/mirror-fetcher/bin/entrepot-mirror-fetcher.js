#!/usr/bin/env node
/// <reference types="node" />
const [major, minor] = process.version.slice(1).split('.').map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  // Said before anything is imported: dependencies fail in an older Node with words about themselves.
  console.error(`entrepot-mirror-fetcher needs Node >= 22.19, this is ${process.version}`);
  process.exitCode = 1;
} else {
  await import('../dist/main.js');
}
