import { posix } from 'node:path';
import type { TemplateInput } from '@entrepot/core';
import Handlebars from 'handlebars';
import { listenAddress } from './listen-address.ts';
import type { NginxOptions } from './options.ts';
import { pidFile } from './pid-file.ts';
import { slices } from './slices.ts';
import { templateTexts } from './template-texts.ts';

// Handlebars escapes for HTML, which means nothing to nginx: what may come in is decided by checkedInput.
const handlebars = Handlebars.create();
for (const [name, text] of Object.entries(templateTexts)) handlebars.registerPartial(name, text);
const template = handlebars.compile<NginxView>('{{> default.conf}}', { noEscape: true, strict: true });

/** nginx's main configuration. Takes checked input only. */
export function nginxConfig(input: TemplateInput, options: NginxOptions): string {
  return template(nginxView(input, options));
}

/** The names that the templates use. */
type NginxView = ReturnType<typeof nginxView>;

function nginxView(input: TemplateInput, options: NginxOptions) {
  const { mirror, upstream, cache, layout } = input;
  const { path, levels, sizeBytes, maxMiB, minFreeMiB } = slices(input, options);
  return {
    mirrorName: mirror.name,
    masqueradeHostPattern: mirror.masqueradeHost.replaceAll('.', String.raw`\.`),
    upstreamHost: upstream.host,
    layout,
    pidFile: pidFile(layout),
    slices: { path, levels: levels.join(':'), sizeBytes, maxMiB, minFreeMiB },
    // nginx takes certificates from the folder of its configuration file, everything else from its prefix.
    certificateFolder: posix.relative(layout.config, layout.servingCertificate),
    cachesTags: cache.tagTTLSeconds > 0,
    workerProcesses: options.workerProcesses,
    workerConnections: options.workerConnections,
    // Of each connection its own descriptor, and one more for a file or for the fetcher; some for the program itself.
    openFiles: 2 * options.workerConnections + 512,
    listen: listen(listenAddress(input, options), layout.port),
    accessLog: options.accessLog ? '/dev/stdout json' : 'off',
    patterns,
  };
}

/** Grammar of the distribution specification, names more loosely: the fetcher is strict, and no file has a bad name. */
const patterns = {
  repository: '[a-z0-9._/-]+',
  digest: 'sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128}',
  tag: '[A-Za-z0-9_][A-Za-z0-9._-]{0,127}',
} as const;

function listen(address: string, port: number): string {
  if (!address.includes(':')) return `${address}:${port}`;
  return address === '::' ? `[::]:${port} ipv6only=off` : `[${address}]:${port}`;
}
