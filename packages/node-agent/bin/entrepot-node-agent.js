#!/usr/bin/env node
/// <reference types="node" />
const [major, minor] = process.version.slice(1).split('.').map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  console.error(`entrepot-node-agent needs Node >= 22.19, this is ${process.version}`);
  process.exitCode = 1;
} else {
  // oxlint-disable-next-line typescript/no-unsafe-call -- this folder is CommonJS, as the program is
  require('../dist/entrepot-node-agent.cjs');
}
