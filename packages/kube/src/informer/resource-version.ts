/**
 * Whether the first resource version is older. They are numbers that grow (KEP-5504); anything else is never called older.
 * A server that goes back in time was restored from a backup: what was seen since is not true any more.
 */
export function isOlder(version: string, than: string): boolean {
  return isNumber(version) && isNumber(than) && BigInt(version) < BigInt(than);
}

function isNumber(version: string): boolean {
  return /^\d+$/.test(version);
}
