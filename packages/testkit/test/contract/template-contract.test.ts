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

/** Writes down how often it was asked. */
function counting(): typeof sound {
  let calls = 0;
  return changed((files) => ({ ...files, note: String(++calls) }));
}

describe('a faulty template is told what was found, where, and what to change', () => {
  test.each<{ fault: string; template: typeof sound; check: string; message: string }>([
    {
      fault: 'non-deterministic rendering',
      template: counting(),
      check: 'renders the same twice',
      message:
        'two renderings of a plain mirror differ: files.note is "1", then "2"; use no clock, no randomness and no state of your own in render()',
    },
    {
      fault: 'throws',
      template: changed((files, { upstream }) => {
        if (upstream.plainHTTP) throw new Error('no plain HTTP');
        return files;
      }),
      check: 'renders the same twice',
      message:
        "render() throws 'no plain HTTP' for a mirror with everything set; render every input that its types allow, and refuse options in their schema",
    },
    {
      fault: 'wrong contractVersion',
      template: Object.assign({ ...sound }, { contractVersion: 2 }),
      check: 'has all members of the contract',
      message:
        'cannot use template sound as a template: it is made for contract version 2, this program speaks version 1; make it with defineTemplate() of the @entrepot/core that it is tested with',
    },
    {
      fault: 'fills in what it was given',
      template: changed((files, { upstream }) => {
        Object.assign(upstream, { host: 'other' });
        return files;
      }),
      check: 'renders the same twice',
      message:
        "render() throws 'Cannot assign to read only property 'host' of object '#<Object>'' for a plain mirror; render every input that its types allow, and refuse options in their schema",
    },
    {
      fault: 'forgets a file',
      template: changed(({ 'default.conf': conf = '' }) => ({ 'default.conf': conf })),
      check: 'renders both files, and no empty one',
      message: "a plain mirror: files['fetcher.json'] is missing; it becomes a key of the mirror's Secret",
    },
    {
      fault: 'writes JSON by hand',
      template: changed((files) => ({ ...files, 'fetcher.json': '{,}' })),
      check: 'renders fetcher.json as JSON',
      message: 'a plain mirror: fetcher.json is no JSON; make it by JSON.stringify()',
    },
    {
      fault: 'names a file by a path',
      template: changed((files) => ({ ...files, 'conf.d/extra': 'x' })),
      check: 'renders file names that a Secret can hold',
      message: "a plain mirror: 'conf.d/extra' cannot be a key of a Secret; use letters, digits, - _ .",
    },
    {
      fault: 'writes what nginx does not know',
      template: changed((files, { layout }) => ({
        ...files,
        'default.conf': nginxConfig(layout, 'cache_everything on;'),
      })),
      check: 'renders a default.conf that nginx accepts',
      message: `a plain mirror: nginx -t says [emerg] unknown directive "cache_everything" in ./etc/nginx/conf.d/default.conf:15
nginx: configuration file ./etc/nginx/conf.d/default.conf test failed`,
    },
    {
      fault: 'writes absolute paths',
      template: changed((files, { layout }) => ({
        ...files,
        'default.conf': nginxConfig(layout, `root /${layout.store};`),
      })),
      check: 'renders paths below the working directory only',
      message: "a plain mirror: '/var/lib/registry' is absolute; write layout's relative paths as they are",
    },
  ])('$fault', async ({ template, check, message }) => {
    const found = templateContractChecks.find(({ name }) => name === check);
    const outcome = async (): Promise<void> => found?.run(templateSubject(template, {}));
    await expect(outcome()).rejects.toThrow(expect.objectContaining({ message }));
  });

  test('options that the template refuses are the caller’s fault', () =>
    expect(() => templateSubject(sound, { options: { more: 1 } })).toThrow('the options given to templateContract()'));
});
