import { isIP, isIPv4 } from 'node:net';
import { Extension } from './x509.ts';

const nameConstraints = '2.5.29.30';
const sequence = 0x30;
/** Context-specific tags of RFC 5280, section 4.2.1.10 and 4.2.1.6. */
const permittedSubtrees = 0xa0;
const dnsName = 0x82;
const ipAddress = 0x87;

/** The critical extension that lets a CA vouch for these host names and addresses only. */
export function nameConstraintsExtension(names: readonly string[]): Extension {
  const subtrees = names.map((name) =>
    isIP(name) === 0
      ? der(sequence, der(dnsName, Buffer.from(name)))
      : der(sequence, der(ipAddress, addressAndMask(name))),
  );
  const value = der(sequence, der(permittedSubtrees, Buffer.concat(subtrees)));
  return new Extension(nameConstraints, true, value);
}

/** One element in DER: tag, length, content. */
function der(tag: number, content: Buffer): Buffer {
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
