/**
 * Of client-node, this alone: finding the API server, and all the ways to be let in. The build makes one file of it, without the
 * generated clients of all kinds that client-node loads otherwise: they cost 40 MB of memory and most of a second at the start.
 */
export { KubeConfig } from '@kubernetes/client-node';
