import type { ZodType } from 'zod';

/** The version of this contract; a template made for another one is refused when it is loaded. */
export const templateContractVersion = 1;

/** Renders the configuration of a mirror's two programs, nginx and the fetcher. Pure. */
export interface ConfigTemplate<Options = unknown> {
  /** The value of spec.template that chooses it. */
  readonly name: string;
  readonly contractVersion: typeof templateContractVersion;
  /** What spec.templateOptions may hold. */
  readonly options: ZodType<Options>;
  /** Whole texts, by file name. They become the keys of the Secret `registry-mirror-<name>-secret`. */
  render(input: TemplateInput, options: Options): RenderedConfig;
}

export interface TemplateInput {
  readonly mirror: {
    readonly name: string;
    readonly masqueradeHost: string;
  };
  /** Of the addresses that the Service in front of the pods has, which is what they must listen on; empty until it exists. */
  readonly ipFamilies: readonly IPFamily[];
  readonly upstream: {
    /** `host[:port]` that requests are sent to; `docker.io` has become `registry-1.docker.io`. */
    readonly host: string;
    readonly plainHTTP: boolean;
    /** Hosts, beside the upstream's own domain, that blobs may be redirected to. A leading `*.` stands for any subdomain. */
    readonly redirectHosts: readonly string[];
    /** Hosts, beside the upstream's own domain, that may hand out tokens and see the credentials. */
    readonly tokenHosts: readonly string[];
    /** Whether a Secret with `username` and `password` is mounted at `layout.credentials`. */
    readonly hasCredentials: boolean;
    /** Whether extra trusted CAs are mounted at `layout.upstreamCAs`. */
    readonly hasCABundle: boolean;
  };
  readonly cache: {
    readonly tagTTLSeconds: number;
    readonly staleIfErrorSeconds: number;
    readonly maxSizeBytes: number;
  };
  readonly layout: PodLayout;
}

/** As Kubernetes calls them. */
export type IPFamily = 'IPv4' | 'IPv6';

/**
 * Where things lie in the mirror's pod. Paths are relative to both programs' working directory, which is `/` in a pod:
 * the same bytes then serve under any other folder.
 */
export interface PodLayout {
  readonly port: number;
  /** Folder of the rendered files. */
  readonly config: string;
  /**
   * Folder with tls.crt and tls.key of the serving certificate, for nginx alone. Both change in place, at a moment that
   * nginx cannot know: it should read them when it is started or reloaded, not in the middle of a handshake.
   */
  readonly servingCertificate: string;
  /** The same tls.crt, for the fetcher alone, which sees nginx's processes and reloads it when this file changes. */
  readonly publicCertificate: string;
  /** The volume that survives the pod. */
  readonly store: string;
  /** Folder for unix sockets, shared by both programs. */
  readonly sockets: string;
  /** Folder for short-lived files that may be lost with the pod (temporary request bodies, pid). */
  readonly scratch: string;
  /** Folder with `username` and `password`. */
  readonly credentials: string;
  /** File with extra trusted CAs in PEM. */
  readonly upstreamCAs: string;
}

export interface RenderedConfig {
  /** `default.conf` is nginx's main configuration, `fetcher.json` the fetcher's. */
  readonly files: Readonly<Record<string, string>>;
}
