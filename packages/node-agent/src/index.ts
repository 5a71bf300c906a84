export { merge, type HostsEntry } from './hosts/merge.ts';
export { run, type Output } from './program.ts';
