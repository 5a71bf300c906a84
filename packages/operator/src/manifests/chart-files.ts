import { imageHelper } from '../chart/image.ts';
import { printTemplate } from '../chart/print-template.ts';
import { valueList, valuesJsonSchema, type DescribedValue } from '../chart/value-list.ts';
import { printYaml } from '../print-yaml.ts';
import { version } from '../version.ts';
import { hooks, installation } from './installation.ts';

const origin = '# Made by `npm run chart` from packages/operator/src.\n';

const chart = {
  apiVersion: 'v2',
  name: 'entrepot',
  version,
  appVersion: version,
  // Mirror pods sleep before they stop (docs/adr/0016), which is as old.
  kubeVersion: '>=1.30.0-0',
  description: 'Keeps container images close to the nodes that pull them: a caching mirror for every RegistryMirror',
  type: 'application',
  keywords: ['registry', 'mirror', 'cache', 'containerd', 'images'],
  home: 'https://github.com/entrepot/entrepot',
  sources: ['https://github.com/entrepot/entrepot'],
  annotations: {
    'artifacthub.io/license': 'Apache-2.0',
    'artifacthub.io/operator': 'true',
    'artifacthub.io/operatorCapabilities': 'Deep Insights',
    'artifacthub.io/crds': printYaml([
      {
        kind: 'RegistryMirror',
        version: 'v1',
        name: 'registrymirrors.k8s.osp.tech',
        displayName: 'RegistryMirror',
        description: 'A caching mirror of an image registry, and the way nodes or pods are made to use it.',
      },
    ]),
  },
};

/** The files of the Helm chart that are made of what the operator knows, by path; the others are written by hand. */
export function chartFiles(): Readonly<Record<string, string>> {
  const templates = Object.entries({ ...installation, ...hooks }).map(
    ([file, objects]) => [`templates/${file}`, printTemplate(objects)] as const,
  );
  return {
    'Chart.yaml': origin + printYaml(chart),
    'values.yaml': valuesFile(),
    'values.schema.json': `${JSON.stringify(valuesJsonSchema(), undefined, 2)}\n`,
    'templates/_helpers.tpl': imageHelper,
    ...Object.fromEntries(templates),
  };
}

/** The defaults, each below what it means. */
function valuesFile(): string {
  const blocks = valueList().map(({ path, description, fallback }) => {
    const depth = path.split('.').length - 1;
    const name = path.slice(path.lastIndexOf('.') + 1);
    const text = fallback === undefined ? `${name}:\n` : printYaml({ [name]: fallback });
    const lines = [...wrapped(description), ...text.trimEnd().split('\n')].map((line) => '  '.repeat(depth) + line);
    return `${depth === 0 ? '\n' : ''}${lines.join('\n')}\n`;
  });
  return origin + blocks.join('');
}

/** Lines of comments. */
function wrapped(text: string): readonly string[] {
  return (text.match(/.{1,96}(?= |$)/g) ?? []).map((line) => `# ${line.trim()}`);
}

/** The table of all values, in Markdown. */
export function valuesTable(): string {
  const rows = valueList()
    .filter((one) => one.fallback !== undefined)
    .map(
      ({ path, description, fallback }: DescribedValue) =>
        `| \`${path}\` | ${escaped(description)} | ${shown(fallback)} |`,
    );
  return ['| value | meaning | default |', '| --- | --- | --- |', ...rows].join('\n');
}

function shown(fallback: unknown): string {
  return fallback === '' ? 'empty' : `\`${JSON.stringify(fallback)}\``;
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|');
}
