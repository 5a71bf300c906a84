import { z } from 'zod';
import { durationPattern } from './duration.ts';
import { hostSetPattern, registryHostPattern } from './host.ts';
import { quantityPattern } from './quantity.ts';
import { matching, quantity, withRules } from './structural-schema.ts';

const registryHost = (description: string): z.ZodString =>
  matching(
    registryHostPattern,
    253,
    'must be a registry host, host[:port], for example quay.io or registry.example.com:5000; no path; IPv6 addresses are not supported',
    'is required: the registry to mirror, as host[:port], for example quay.io',
  ).describe(description);
const hosts = (description: string) =>
  z
    .array(
      matching(hostSetPattern, 253, 'must be a host name, for example cdn.example.com or *.example.com').describe(
        'A host name; a leading `*.` stands for any subdomain.',
      ),
    )
    .max(64)
    .optional()
    .describe(description);
const duration = (description: string) =>
  matching(durationPattern, 10, 'must be a number with a unit of s, m, h or d, for example 30s or 7d')
    .optional()
    .describe(description);
const name = (description: string) => z.string().min(1).max(253).optional().describe(description);

/** After the API's rule for DNS subdomains (RFC 1123), so that its message names this field and not one of what is made of it. */
const objectName = (description: string) =>
  matching(
    '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
    253,
    "must be the name of an object: lower-case letters, digits, '-' and '.'",
  )
    .optional()
    .describe(description);

const volumeClaimTemplate = z
  .looseObject({
    spec: z
      .looseObject({
        accessModes: z
          .array(z.string().describe('An access mode, for example ReadWriteOnce.'))
          .optional()
          .describe('Access modes of the volume. Default: ReadWriteOnce.'),
        storageClassName: z.string().optional().describe("Storage class. Default: the cluster's."),
        resources: z
          .looseObject({
            requests: z
              .looseObject({
                storage: quantity('Size of the volume. The cache uses 80 % of it. Default: 20Gi.').optional(),
              })
              .optional()
              .describe('What is asked of the volume.'),
          })
          .optional()
          .describe('Size of the volume.'),
      })
      .optional()
      .describe('Spec of the PersistentVolumeClaim. Keys in snake_case are understood as well.'),
  })
  .describe('The volume each replica of the mirror keeps its images on. Only its `spec` is used.');

const addressing = z
  .array(
    z
      .looseObject({
        type: z
          .string()
          .min(1)
          .max(63)
          .describe('Name of the strategy, for example hostess or imageswap (also called services).'),
      })
      .describe("A strategy; its options stand in a field of the strategy's name."),
  )
  .max(16)
  .meta({
    description:
      "How nodes or pods are made to use the mirror. Default: the operator's default strategy. An empty list: nobody is sent to it.",
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['type'],
  });

const oneSource = 'names either secretName or issuerRef, not both';
const tls = z
  .object({
    secretName: objectName("Name of a Secret in the operator's namespace with tls.crt and tls.key to serve with."),
    issuerRef: z
      .object({
        name: z.string().min(1).max(253).describe('Name of the issuer.'),
        kind: name('Its kind. Default: Issuer.'),
        group: name('Its API group. Default: cert-manager.io.'),
      })
      .optional()
      .describe('An issuer of cert-manager that makes the certificate.'),
  })
  .refine(({ secretName, issuerRef }) => secretName === undefined || issuerRef === undefined, oneSource)
  .meta({
    description: "Where the mirror's serving certificate comes from. Default: what the operator is configured for.",
    ...withRules({ rule: '!(has(self.secretName) && has(self.issuerRef))', message: oneSource }),
  });

/** What users may write under `spec`. Old objects carry further keys, and third parties may: those are kept. */
export const mirrorSpecSchema = z
  .looseObject({
    upstreamUrl: registryHost('The registry to mirror, as host[:port]. docker.io stands for Docker Hub.'),
    masqueradeUrl: registryHost(
      'The host[:port] under which nodes and pods name the mirror. Default: mirror-<upstreamUrl>.',
    ).optional(),
    credentialsSecret: objectName(
      "Name of a Secret in the operator's namespace with the keys username and password, used towards the upstream.",
    ),
    volumeClaimTemplate: volumeClaimTemplate.optional(),
    priorityClass: objectName(
      "Priority class of the mirror's pods. Default: the operator's, which is none unless configured.",
    ),
    addressing: addressing.optional(),
    template: name('Name of the template that renders the configuration of the mirror. Default: nginx.'),
    templateOptions: z.looseObject({}).optional().describe('Options of the template.'),
    replicas: z.int().min(1).max(64).optional().describe('Number of pods, each with a cache of its own. Default: 2.'),
    cache: z
      .object({
        tagTTL: duration('How long a tag is answered without asking the upstream again. Default: 30s.'),
        staleIfError: duration('How long an old answer may be given while the upstream is down. Default: 7d.'),
        maxSize: matching(quantityPattern, 32, 'must be a size, for example 16Gi')
          .optional()
          .describe(
            'Upper limit of the cache in each replica, at most 80 % of the requested storage. Default: 80 % of it.',
          ),
      })
      .optional()
      .describe('What is kept, and for how long.'),
    tls: tls.optional(),
    upstream: z
      .object({
        plainHTTP: z.boolean().optional().describe('Talk to the upstream without TLS. Default: false.'),
        redirectHosts: hosts(
          "Hosts, beside the upstream's own domain, that downloads may be redirected to. Those of well-known registries are known.",
        ),
        tokenHosts: hosts("Hosts, beside the upstream's own domain, that may see the credentials and hand out tokens."),
      })
      .optional()
      .describe('How the upstream is talked to.'),
  })
  .describe('The mirror that is wanted.');

/** `spec` as users write it. */
export type RawMirrorSpec = z.infer<typeof mirrorSpecSchema>;
