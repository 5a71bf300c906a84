import { isIP, isIPv4 } from 'node:net';
import { Extension } from './x509.ts';

const nameConstraints = '2.5.29.30';
const sequence = 0x30;
/** Context-specific tags of RFC 5280, section 4.2.1.10 and 4.2.1.6. */
const permittedSubtrees = 0xa0;
const excludedSubtrees = 0xa1;
const dnsName = 0x82;
const ipAddress = 0x87;

const everyAddress = [4, 16].map((length) => der(ipAddress, Buffer.alloc(2 * length)));
const everyHost = [der(dnsName, Buffer.alloc(0))];

/**
 * The critical extension that lets a CA vouch for these host names, for what is below them, and for these addresses only.
 * What is permitted restricts names of the same kind alone, so a kind that none is permitted of has to be excluded as a
 * whole. Kinds that no client compares with a server's name, such as mail addresses, are left free.
 */
export function nameConstraintsExtension(names: readonly string[]): Extension {
  const hosts = names.filter((name) => isIP(name) === 0).map((name) => der(dnsName, Buffer.from(name)));
  const addresses = names.filter((name) => isIP(name) !== 0).map((name) => der(ipAddress, addressAndMask(name)));
  const excluded = [...(hosts.length === 0 ? everyHost : []), ...(addresses.length === 0 ? everyAddress : [])];
  const value = der(
    sequence,
    subtrees(permittedSubtrees, [...hosts, ...addresses]),
    subtrees(excludedSubtrees, excluded),
  );
  return new Extension(nameConstraints, true, value);
}

/** An empty list of subtrees is not allowed: it is left out. */
function subtrees(tag: number, names: readonly Buffer[]): Buffer {
  return names.length === 0 ? Buffer.alloc(0) : der(tag, ...names.map((name) => der(sequence, name)));
}

/** One element in DER: tag, length, content. */
function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const digits = Buffer.from(length.toString(16).padStart(length > 0xff ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | digits.length]), digits, content]);
}

function addressAndMask(ip: string): Buffer {
  const address = isIPv4(ip) ? Buffer.from(ip.split('.').map(Number)) : ipv6Bytes(ip);
  return Buffer.concat([address, Buffer.alloc(address.length, 0xff)]);
}

function ipv6Bytes(ip: string): Buffer {
  const [head = '', tail = ''] = ip.split('::', 2);
  const groups = (text: string): readonly string[] => (text === '' ? [] : text.split(':'));
  const before = groups(head);
  const after = groups(tail);
  const zeros: readonly string[] = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return Buffer.from([...before, ...zeros, ...after].map((group) => group.padStart(4, '0')).join(''), 'hex');
}
