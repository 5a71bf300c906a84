import { defineTemplate, type TemplateInput } from '@entrepot/core';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { templateContractChecks } from '../../src/contract/template-checks.ts';
import { templateContract, templateSubject } from '../../src/contract/template-contract.ts';

/** As little as the contract allows. */
const sound = defineTemplate({
  name: 'sound',
  options: z.strictObject({}),
  render: ({ layout, upstream }) => ({
    files: { 'default.conf': nginxConfig(layout), 'fetcher.json': JSON.stringify({ upstream: upstream.host }) },
  }),
});

templateContract(() => sound);

function nginxConfig({ scratch, servingCertificate, port }: TemplateInput['layout'], more = ''): string {
  return `pid ${scratch}/nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  client_body_temp_path ${scratch}/body;
  proxy_temp_path ${scratch}/proxy;
  fastcgi_temp_path ${scratch}/fastcgi;
  uwsgi_temp_path ${scratch}/uwsgi;
  scgi_temp_path ${scratch}/scgi;
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ../../../${servingCertificate}/tls.crt;
    ssl_certificate_key ../../../${servingCertificate}/tls.key;
    ${more}
  }
}
`;
}

type Files = Readonly<Record<string, string>>;
const changed = (change: (files: Files, input: TemplateInput) => Files): typeof sound => ({
  ...sound,
  render: (input, options) => ({ files: change(sound.render(input, options).files, input) }),
});

let calls = 0;

describe('a faulty template is told what to change', () => {
  test.each([
    {
      fault: 'counts its calls',
      template: changed((files) => ({ ...files, note: String(calls++) })),
      advice: { 'renders the same twice': 'two renderings of a plain mirror differ' },
    },
    {
      fault: 'forgets a file',
      template: changed(({ 'default.conf': conf = '' }) => ({ 'default.conf': conf })),
      advice: {
        'renders both files, and no empty one': "files['fetcher.json'] is missing",
        'renders fetcher.json as JSON': 'fetcher.json is no JSON; make it by JSON.stringify()',
      },
    },
    {
      fault: 'names a file by a path',
      template: changed((files) => ({ ...files, 'conf.d/extra': 'x' })),
      advice: { 'renders file names that a Secret can hold': "'conf.d/extra' cannot be a key of a Secret" },
    },
    {
      fault: 'writes what nginx does not know',
      template: changed((files, { layout }) => ({
        ...files,
        'default.conf': nginxConfig(layout, 'cache_everything on;'),
      })),
      advice: { 'renders a default.conf that nginx accepts': 'unknown directive "cache_everything"' },
    },
    {
      fault: 'writes absolute paths',
      template: changed((files, { layout }) => ({
        ...files,
        'default.conf': nginxConfig(layout, `root /${layout.store};`),
      })),
      advice: { 'renders paths below the working directory only': "'/var/lib/registry' is absolute" },
    },
  ])('$fault', async ({ template, advice }) => {
    const found: Record<string, string> = {};
    for (const { name, run } of templateContractChecks) {
      await Promise.resolve(run(templateSubject(template, {}))).catch(
        (error: unknown) => (found[name] = String(error)),
      );
    }
    for (const [name, text] of Object.entries(advice)) expect(found[name]).toContain(text);
  });

  test('options that the template refuses are the caller’s fault', () =>
    expect(() => templateSubject(sound, { options: { more: 1 } })).toThrow('the options given to templateContract()'));
});
