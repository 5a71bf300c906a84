import { z } from 'zod';

/** What `spec.templateOptions` may hold for the template `nginx`. Everything has a default; `listenAddress` has one that depends on the mirror. */
export const nginxOptions = z.strictObject({
  workerProcesses: z
    .union([z.int().min(1).max(64), z.literal('auto')])
    .default(2)
    .describe('Processes that serve clients. `auto` takes one per core of the node, whatever the pod may use of them.'),
  workerConnections: z
    .int()
    .min(64)
    .max(65_536)
    .default(4096)
    .describe('Connections per process: one to each client, and one to the fetcher for a request that is no hit.'),
  sliceSizeMiB: z
    .int()
    .min(1)
    .max(64)
    .default(4)
    .describe('Size of the pieces of a blob under way. Clients that wait for the same piece get it when it is whole.'),
  listenAddress: z
    .union([z.ipv4(), z.ipv6()])
    .optional()
    .describe(
      'Address to listen on. `::` takes IPv6 and IPv4, and needs nodes with IPv6. Default: `::` where the Service of the mirror has an IPv6 address, else `0.0.0.0`.',
    ),
  accessLog: z
    .boolean()
    .default(true)
    .describe('Whether a line of JSON is written to standard output for each request.'),
});

/** The options with their defaults filled in. */
export type NginxOptions = Readonly<z.output<typeof nginxOptions>>;
