#!/usr/bin/env node
/// <reference types="node" />
import { setFlagsFromString } from 'node:v8';

// Bytes on their way come in buffers that live for a moment. When the space for new objects stays small, they are collected
// sooner, and there are never as many of them (docs/benchmarks.md).
setFlagsFromString('--semi-space-growth-factor=1');

const [major, minor] = process.version.slice(1).split('.').map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  // Said before anything is imported: dependencies fail in an older Node with words about themselves.
  console.error(`entrepot-mirror-fetcher needs Node >= 22.19, this is ${process.version}`);
  process.exitCode = 1;
} else {
  await import('../dist/main.js');
}
