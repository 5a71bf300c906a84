#!/usr/bin/env node
import '../dist/entrepot-node-agent.js';
