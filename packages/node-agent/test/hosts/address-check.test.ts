import { expect, test } from 'vitest';
import { unfitAddress } from '../../src/hosts/address-check.ts';

test.each(['10.96.0.1', '172.20.1.2', '127.64.0.41', '100.64.0.1', '203.0.113.9', 'fd00::5', '2001:db8::1'])(
  '%s can be a Service',
  (address) => expect(unfitAddress([address], '10.1.0.7')).toBeUndefined(),
);

test.each([
  ['0.0.0.0', 'unspecified'],
  ['127.0.0.1', 'the node itself'],
  ['127.0.53.53', 'the node itself'],
  ['169.254.169.254', 'link-local, where clouds keep credentials'],
  ['224.0.0.251', 'multicast'],
  ['255.255.255.255', 'broadcast'],
  ['10.1.0.7', "the node's address"],
  ['::', 'unspecified'],
  ['::1', 'the node itself'],
  ['::ffff:127.0.0.1', 'the node itself, as IPv6'],
  ['::ffff:10.1.0.7', "the node's address, as IPv6"],
  ['fe80::5', 'link-local'],
  ['ff02::1', 'multicast'],
])('%s cannot: it is %s', (address) => expect(unfitAddress(['10.96.0.1', address], '10.1.0.7')).toBe(address));

test("a node's IPv6 address is compared as an address, not as a text", () =>
  expect(unfitAddress(['fd00:0::7'], 'fd00::7')).toBe('fd00:0::7'));
