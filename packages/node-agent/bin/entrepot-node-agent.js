#!/usr/bin/env node
// oxlint-disable-next-line typescript/no-unsafe-call -- this folder is CommonJS, as the program is
require('../dist/entrepot-node-agent.cjs');
