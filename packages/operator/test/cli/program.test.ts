import { describe, expect, test } from 'vitest';
import { version } from '../../src/version.ts';
import { entrepot, fixtures, withoutReader } from './run-program.ts';

const mirror = `apiVersion: k8s.osp.tech/v1
kind: RegistryMirror
metadata:
  name: quay
spec:
  upstreamUrl: quay.io
`;

describe('entrepot, run as a program,', () => {
  test('prints its version', async () => {
    expect(await entrepot(['--version'])).toEqual({ code: 0, out: `${version}\n`, said: '' });
  });

  test('a wrong command line is a usage error', async () => {
    expect(await entrepot(['swop'])).toEqual({
      code: 2,
      out: '',
      said: "error: unknown command 'swop'\n('entrepot --help' tells more)\n",
    });
  });

  test('wrong settings end it at once, all of them named', async () => {
    const words = ['operator', '--addressing-scheme', 'carrier-pigeon', '--strategy', './outdated-strategy.ts'];
    const { code, said } = await entrepot(words, { environment: { SECONDS_BETWEEN_STREAMS: 'soon' } });
    expect(code).toBe(2);
    expect(said).toBe(
      [
        'entrepot: 3 settings are wrong:',
        '  SECONDS_BETWEEN_STREAMS: got "soon", wants a number of seconds, 0 or more',
        '  --strategy: got "./outdated-strategy.ts", wants modules that can be used (cannot use ./outdated-strategy.ts as a strategy: it is made for contract version 0, this program speaks version 1)',
        '  --addressing-scheme: got "carrier-pigeon", wants the name of an addressing strategy (known are hostess, imageswap, services)',
        '',
      ].join('\n'),
    );
  });

  test('modules that are no templates end it, each named with what it is instead', async () => {
    const { code, said } = await entrepot(['render', '-f', '-'], {
      environment: { TEMPLATES: '@entrepot/core,./mirror.yaml' },
    });
    expect(code).toBe(2);
    expect(said).toBe(
      [
        'entrepot: 2 settings are wrong:',
        '  TEMPLATES: got "@entrepot/core", wants modules that can be used (cannot use @entrepot/core as a template: the module\'s default export is no template, it has no contractVersion)',
        `  TEMPLATES: got "./mirror.yaml", wants modules that can be used (./mirror.yaml cannot be loaded: Unknown file extension ".yaml" for ${fixtures}/mirror.yaml)`,
        '',
      ].join('\n'),
    );
  });

  test('a cluster that is not there is a failure', async () => {
    expect(await entrepot(['operator', '--kubeconfig', '/nowhere/config'])).toEqual({
      code: 1,
      out: '',
      said: "entrepot: the cluster cannot be found: /nowhere/config cannot be read as a kubeconfig: ENOENT: no such file or directory, open '/nowhere/config'\n",
    });
  });

  test('render reads standard input, prints objects, and says what it does not know', async () => {
    const { code, out, said } = await entrepot(['render', '-f', '-'], { input: mirror });
    expect(code).toBe(0);
    expect(out).toContain('name: registry-mirror-quay-headless');
    expect(said).toBe(
      'note: RegistryMirror quay: hostess: Service registry-mirror-quay has no clusterIP\n' +
        'note: RegistryMirror quay: the operator fills in its uid in ownerReferences\n' +
        'note: RegistryMirror quay: the operator fills in the certificate of Secret registry-mirror-quay-tls\n',
    );
  });

  test('manifests warns of modules that are files here, which the image may not have', async () => {
    const words = ['manifests', '--strategy', './notebook-strategy.ts', '--image', 'mine:1'];
    const environment = { TEMPLATES: `${fixtures}/plain-template.ts` };
    const { code, out, said } = await entrepot(words, { environment });
    expect(said).toBe(
      `note: --strategy names ./notebook-strategy.ts, a file of this machine: image mine:1 must have it at that path, seen from its working directory
note: TEMPLATES names ${fixtures}/plain-template.ts, a file of this machine: image mine:1 must have it at that path
`,
    );
    expect(code).toBe(0);
    expect(out).toContain('value: ./notebook-strategy.ts');
  });

  test('is not disturbed by a reader who has seen enough', async () => {
    expect(await withoutReader(['crds'])).toBe(0);
  });
});
