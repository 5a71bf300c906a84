import type { Contribution, MirrorView } from '@entrepot/core';
import { describe, expect, test } from 'vitest';
import { imageswap, imageswapSettings } from '../src/index.ts';
import { swapped } from './image-swap.ts';
import { mapAfter, planned, reference, settings, view } from './planned-map.ts';

const internal = view('internal', 'mirror-registry.my.org', '172.20.1.2');
const quay = view('quay', 'mirror-quay.io', '172.20.1.3');

describe('the map', () => {
  test.each<{ title: string; before?: string; mirrors: readonly MirrorView[]; separator?: ':'; after: string }>([
    {
      title: 'has a bare default line and a line for each mirror, by name',
      mirrors: [quay, internal],
      after: `# entrepot begin imageswap
default::
mirror-registry.my.org::172.20.1.2/mirror-registry.my.org
mirror-quay.io::172.20.1.3/mirror-quay.io
# entrepot end imageswap
`,
    },
    {
      title: 'can be written for ImageSwap before 1.5',
      mirrors: [internal],
      separator: ':',
      after: `# entrepot begin imageswap
default:
mirror-registry.my.org:172.20.1.2/mirror-registry.my.org
# entrepot end imageswap
`,
    },
    {
      title: 'keeps its bare default line after the last mirror is gone',
      before:
        '# entrepot begin imageswap\ndefault::\nmirror-quay.io::172.20.1.3/mirror-quay.io\n# entrepot end imageswap\n',
      mirrors: [],
      after: '# entrepot begin imageswap\ndefault::\n# entrepot end imageswap\n',
    },
    {
      title: 'leaves rules of others, and has no default line when they have one',
      before: '[EXACT]a::b\n default :: # nothing else\n',
      mirrors: [quay],
      after: `[EXACT]a::b
 default :: # nothing else
# entrepot begin imageswap
mirror-quay.io::172.20.1.3/mirror-quay.io
# entrepot end imageswap
`,
    },
    {
      title: 'gets its default line when that of others goes',
      before:
        'x.io::y.io\n# entrepot begin imageswap\nmirror-quay.io::172.20.1.3/mirror-quay.io\n# entrepot end imageswap\n',
      mirrors: [quay],
      after: `x.io::y.io
# entrepot begin imageswap
default::
mirror-quay.io::172.20.1.3/mirror-quay.io
# entrepot end imageswap
`,
    },
    {
      title: 'loses our block when others have a default line and there is no mirror',
      before: 'default:registry.example.com\n# entrepot begin imageswap\ndefault::\n# entrepot end imageswap\n',
      mirrors: [],
      after: 'default:registry.example.com\n',
    },
    {
      title: 'takes a default line that ImageSwap skips, or that is commented out, for none',
      before: '#default::\ndefault:a:b\n',
      mirrors: [],
      after: '#default::\ndefault:a:b\n# entrepot begin imageswap\ndefault::\n# entrepot end imageswap\n',
    },
    {
      title: 'leaves out mirrors without an address',
      mirrors: [view('a', 'mirror-a.io'), quay],
      after:
        '# entrepot begin imageswap\ndefault::\nmirror-quay.io::172.20.1.3/mirror-quay.io\n# entrepot end imageswap\n',
    },
    {
      title: 'prefers IPv4, and writes IPv6 out in brackets',
      mirrors: [view('a', 'mirror-a.io', 'fd00::a', '172.20.1.9'), view('b', 'mirror-b.io', 'fd00:1::b')],
      after: `# entrepot begin imageswap
default::
mirror-a.io::172.20.1.9/mirror-a.io
mirror-b.io::[fd00:1:0:0:0:0:0:b]/mirror-b.io
# entrepot end imageswap
`,
    },
    {
      title: 'leads a masquerade host with a port to the address alone, since an image has no port in its path',
      mirrors: [view('a', 'mirror-a.io:5000', '172.20.1.9')],
      after: '# entrepot begin imageswap\ndefault::\nmirror-a.io:5000::172.20.1.9\n# entrepot end imageswap\n',
    },
  ])('$title', ({ before = '', mirrors, separator, after }) => {
    const once = mapAfter(before, mirrors, separator);
    expect(once).toBe(after);
    expect(mapAfter(once, mirrors, separator)).toBe(after);
  });
});

describe('ImageSwap, reading the map', () => {
  const mirrors = [
    internal,
    quay,
    view('port', 'mirror-a.io:5000', '172.20.1.9'),
    view('six', 'mirror-b.io', 'fd00::b'),
  ];
  test.each([
    ['mirror-registry.my.org/team/app:1', '172.20.1.2/mirror-registry.my.org/team/app:1'],
    ['mirror-quay.io/app@sha256:0123', '172.20.1.3/mirror-quay.io/app@sha256:0123'],
    ['mirror-a.io:5000/team/app:1', '172.20.1.9/team/app:1'],
    ['mirror-b.io/app', '[fd00:0:0:0:0:0:0:b]/mirror-b.io/app'],
    ['registry.my.org/team/app:1', 'registry.my.org/team/app:1'],
    ['quay.io/app', 'quay.io/app'],
    ['nginx:1.30', 'nginx:1.30'],
    ['library/nginx', 'library/nginx'],
  ])('turns %s into %s', (image, result) => {
    for (const before of ['', '# note\nexample.com::example.org\n', 'default::\n']) {
      expect(swapped(mapAfter(before, mirrors), image)).toBe(result);
    }
  });

  test.each(['mirror-registry.my.org/team/app:1', 'nginx'])('of the old form does the same to %s', (image) => {
    expect(swapped(mapAfter('', [internal, quay], ':'), image)).toBe(swapped(mapAfter('', [internal, quay]), image));
  });
});

const trust = (host: string) =>
  ['/etc/docker', '/etc/containerd'].map(
    (folder) => ({ kind: 'TrustedCA', directory: `${folder}/certs.d/${host}` }) as const,
  );

describe('a mirror', () => {
  const wanted = (host: string, ip = host): Contribution => ({
    node: trust(host),
    servingNames: [ip],
  });
  test.each<{ title: string; mirror: MirrorView; separator?: ':'; contribution: Contribution }>([
    { title: 'is trusted and serves under its address', mirror: quay, contribution: wanted('172.20.1.3') },
    {
      title: 'is trusted under an IPv6 address as images write it',
      mirror: view('a', 'mirror-a.io', 'fd00::a'),
      contribution: wanted('[fd00:0:0:0:0:0:0:a]', 'fd00::a'),
    },
    {
      title: 'waits for its address',
      mirror: view('a', 'mirror-a.io'),
      contribution: { waitFor: 'Service registry-mirror-a has no clusterIP' },
    },
    {
      title: 'cannot have a port with the old separator',
      mirror: view('a', 'mirror-a.io:5000', '172.20.1.9'),
      separator: ':',
      contribution: {
        unsupported: "spec.masqueradeUrl mirror-a.io:5000 has a port, which the map separator ':' forbids; use '::'",
      },
    },
    {
      title: 'cannot have an IPv6 address with the old separator',
      mirror: view('a', 'mirror-a.io', 'fd00::a'),
      separator: ':',
      contribution: {
        unsupported: "Service registry-mirror-a has no IPv4 address, and the map separator ':' forbids IPv6; use '::'",
      },
    },
    {
      title: 'cannot have a name that ImageSwap takes for a path',
      mirror: view('a', 'mirror:5000', '172.20.1.9'),
      contribution: {
        unsupported: 'spec.masqueradeUrl mirror:5000 has no dot, so ImageSwap cannot map it; choose another name',
      },
    },
  ])('$title', ({ mirror, separator, contribution }) => {
    const { perMirror } = planned([mirror], separator ? { separator } : {});
    expect(perMirror).toEqual(new Map([[mirror.name, contribution]]));
  });
});

describe('of two lines with one key ImageSwap takes the later:', () => {
  const ours =
    '# entrepot begin imageswap\ndefault::\nmirror-quay.io::172.20.1.3/mirror-quay.io\n# entrepot end imageswap\n';
  const wait = (line: string) =>
    `line '${line}' of somebody else, below ours in ConfigMap imageswap-system/imageswap-maps, sends its images elsewhere, as ImageSwap takes the later of two; remove it, or services from spec.addressing`;
  test.each<{ title: string; before: string; image: string; waitFor?: string }>([
    {
      title: 'somebody else’s below ours wins, and the mirror says so',
      before: `${ours}x.io::y.io\nmirror-quay.io::mine.example\n`,
      image: 'mine.example/app',
      waitFor: wait('mirror-quay.io::mine.example'),
    },
    {
      title: 'also in the old form, with blanks and a comment',
      before: `${ours} mirror-quay.io : mine.example # ours\r\n`,
      image: 'mine.example/app',
      waitFor: wait('mirror-quay.io : mine.example # ours'),
    },
    {
      title: 'the last of several counts',
      before: `${ours}mirror-quay.io::mine.example\nmirror-quay.io::172.20.1.3/mirror-quay.io\n`,
      image: '172.20.1.3/mirror-quay.io/app',
    },
    {
      title: 'above ours it does not matter',
      before: `mirror-quay.io::mine.example\n${ours}`,
      image: '172.20.1.3/mirror-quay.io/app',
    },
    {
      title: 'ours comes last where our block is new',
      before: 'mirror-quay.io::mine.example\n',
      image: '172.20.1.3/mirror-quay.io/app',
    },
    {
      title: 'a line that ImageSwap skips does not matter',
      before: `${ours}#mirror-quay.io::mine.example\nmirror-quay.io:mine:example\n`,
      image: '172.20.1.3/mirror-quay.io/app',
    },
  ])('$title', ({ before, image, waitFor }) => {
    const contribution = {
      node: trust('172.20.1.3'),
      servingNames: ['172.20.1.3'],
      ...(waitFor !== undefined && { waitFor }),
    };
    expect(planned([quay], { before }).perMirror).toEqual(new Map([['quay', contribution]]));
    const after = mapAfter(before, [quay]);
    expect(swapped(after, 'mirror-quay.io/app')).toBe(image);
    expect(mapAfter(after, [quay])).toBe(after);
  });
});

describe('the settings', () => {
  test('have defaults but for the namespace', () =>
    expect(imageswapSettings.parse({ namespace: 'a' })).toEqual({
      namespace: 'a',
      configMap: 'imageswap-maps',
      separator: '::',
    }));

  test.each([{}, { namespace: '' }, { namespace: 'a', separator: '=' }, { namespace: 'a', map: 'x' }])(
    'refuse %j',
    (value) => expect(imageswapSettings.safeParse(value).success).toBe(false),
  );

  test('say which ConfigMap is read and written', () => {
    expect(imageswap.observes?.(settings())).toEqual([reference]);
    expect(imageswap.rules(settings()).map(({ namespace }) => namespace)).toEqual([
      'imageswap-system',
      'imageswap-system',
    ]);
  });
});

test('it answers to the name `services`, too', () => expect(imageswap.aliases).toEqual(['services']));
