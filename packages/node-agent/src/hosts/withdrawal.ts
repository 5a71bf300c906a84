import { isIP } from 'node:net';
import type { Edit } from '../files/edit.ts';
import { unfitAddress } from './address-check.ts';
import { erasure } from './erasure.ts';
import { isName } from './hosts-line.ts';
import { occurrences, type Occurrence } from './occurrence.ts';
import { isWithin, slotsOf } from './slot.ts';

/** A name that mirrors gave to a node. */
export interface GivenName {
  readonly hostname: string;
  /** The node's own address, which no Service has; undefined where it is not known. */
  readonly nodeAddress: string | undefined;
}

/** The hosts file without the lines that mirrors' agents wrote for a name; every other byte is as it was. */
export function withoutOwnLines(file: Buffer, name: GivenName): Buffer {
  const text = file.toString('latin1');
  let end = 0;
  const kept = ownOccurrences(text, name).map(({ at, line }) => {
    const before = text.slice(end, at);
    end = at + line.length;
    return before;
  });
  return Buffer.from([...kept, text.slice(end)].join(''), 'latin1');
}

/** The same for a file that can only be written in place. */
export function editsWithoutOwnLines(file: Buffer, name: GivenName): readonly Edit[] {
  const text = file.toString('latin1');
  const slots = slotsOf(text);
  return ownOccurrences(text, name).flatMap((occurrence) => erasure(occurrence, name.hostname, slots));
}

/** Whether a resolver still finds the name in the file, by a line that no agent wrote. */
export function isNamedByOthers(file: Buffer, name: GivenName): boolean {
  const text = file.toString('latin1');
  return occurrences(text, name.hostname).length > ownOccurrences(text, name).length;
}

/** In a slot, or as both this agent and mirror-hostess write it, with an address that a Service can have. */
function ownOccurrences(text: string, { hostname, nodeAddress }: GivenName): readonly Occurrence[] {
  const slots = slotsOf(text);
  return occurrences(text, hostname).filter(({ at, line }) => {
    if (slots.some((slot) => isWithin(slot, at))) return true;
    const [, address = '', name = ''] = /^([^ \t]+)\t([^ \t\r\v\f\n#]+)\n?$/.exec(line) ?? [];
    return isIP(address) !== 0 && isName(name, hostname) && unfitAddress([address], nodeAddress) === undefined;
  });
}
