import type { MirrorView } from '@entrepot/core';
import { describe, expect, test } from 'vitest';
import { mapAfter, view } from './planned-map.ts';

const internal = view('internal', 'mirror-registry.my.org', '172.20.1.2');

describe("mirror-operator's map, when it is taken over,", () => {
  const block = (lines: string) => `# entrepot begin imageswap\n${lines}# entrepot end imageswap\n`;
  const ours = block('default::\nmirror-registry.my.org::172.20.1.2/mirror-registry.my.org\n');
  test.each<{ title: string; before: string; mirrors?: readonly MirrorView[]; separator?: ':'; after: string }>([
    {
      title: 'becomes our block',
      before: 'default:\nmirror-registry.my.org:172.20.1.2/mirror-registry.my.org\n',
      after: ours,
    },
    {
      title: 'becomes our block, with its own separator where that is wanted',
      before: 'default:\nmirror-registry.my.org:172.20.1.2/mirror-registry.my.org\n',
      separator: ':',
      after: block('default:\nmirror-registry.my.org:172.20.1.2/mirror-registry.my.org\n'),
    },
    { title: 'of no mirrors becomes our block', before: 'default:\n', mirrors: [], after: block('default::\n') },
    {
      title: 'loses lines with an address of former times, and with an IPv6 address as it wrote them',
      before:
        'default:\nmirror-registry.my.org:10.9.8.7/mirror-registry.my.org\nmirror-quay.io:fd00::3/mirror-quay.io\n',
      mirrors: [internal, view('quay', 'mirror-quay.io')],
      after: ours,
    },
    {
      title: 'keeps what others added',
      before: `default:
mirror-registry.my.org:172.20.1.2/mirror-registry.my.org
mirror-registry.my.org::172.20.1.2/mirror-registry.my.org
mirror-registry.my.org:172.20.1.2
mirror-registry.my.org:cache.example.com/mirror-registry.my.org
mirror-registry.my.org:172.20.1.2/mirror-registry.my.org # mine
mirror-gone.io:172.20.1.8/mirror-gone.io
[EXACT]nginx::172.20.1.2/nginx
`,
      after: `mirror-registry.my.org::172.20.1.2/mirror-registry.my.org
mirror-registry.my.org:172.20.1.2
mirror-registry.my.org:cache.example.com/mirror-registry.my.org
mirror-registry.my.org:172.20.1.2/mirror-registry.my.org # mine
mirror-gone.io:172.20.1.8/mirror-gone.io
[EXACT]nginx::172.20.1.2/nginx
${ours}`,
    },
    {
      title: 'is told from one that a person began with a bare default line',
      before: 'default:\nexample.com:example.org\n',
      after: `default:
example.com:example.org
${block('mirror-registry.my.org::172.20.1.2/mirror-registry.my.org\n')}`,
    },
    {
      title: 'takes no part of a name for the name',
      before:
        'a.mirror-registry.my.org:172.20.1.2/mirror-registry.my.org\nmirror-registry.my.org:172.20.1.2/a\n/\n:/\n',
      after: `a.mirror-registry.my.org:172.20.1.2/mirror-registry.my.org
mirror-registry.my.org:172.20.1.2/a
/
:/
${ours}`,
    },
    {
      title: 'is taken over once: what stands beside our block is of others',
      before: `default:\nmirror-registry.my.org:172.20.1.2/mirror-registry.my.org\n${ours}`,
      after: `default:
mirror-registry.my.org:172.20.1.2/mirror-registry.my.org
${block('mirror-registry.my.org::172.20.1.2/mirror-registry.my.org\n')}`,
    },
  ])('$title', ({ before, mirrors = [internal], separator, after }) => {
    const once = mapAfter(before, mirrors, separator);
    expect(once).toBe(after);
    expect(mapAfter(once, mirrors, separator)).toBe(after);
  });
});
