import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../src/templates/', import.meta.url);

/** The source of src/template-texts.ts: every .hbs file as one entry, in the order of their names. */
export function embeddedTemplates(): string {
  const files = readdirSync(folder).filter((file) => file.endsWith('.hbs'));
  const entries = files
    .sort()
    .map((file) => entry(file.slice(0, -'.hbs'.length), readFileSync(new URL(file, folder), 'utf8')));
  return `// Generated from src/templates by \`npm run embed\`; a test compares both.
// The texts are a module because that needs no file at run time: sources, dist and any bundle work alike.

/** The Handlebars texts by file name without \`.hbs\`. */
export const templateTexts = {
${entries.join('')}} as const;
`;
}

function entry(name: string, text: string): string {
  const key = /^\w+$/.test(name) ? name : `'${name}'`;
  return `  ${key}: \`${text.replaceAll(/[\\`]|\$\{/g, String.raw`\$&`)}\`,\n`;
}
