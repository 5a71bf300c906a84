import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { embeddedTemplates } from './embedded-templates.ts';

// `npm run embed`: writes the texts of src/templates into src/template-texts.ts.
const target = fileURLToPath(new URL('../src/template-texts.ts', import.meta.url));
const text = embeddedTemplates();
if (readFileSync(target, 'utf8') !== text) writeFileSync(target, text);
