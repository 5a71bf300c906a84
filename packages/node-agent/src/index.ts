export { merge, type HostsEntry } from './hosts/merge.ts';
