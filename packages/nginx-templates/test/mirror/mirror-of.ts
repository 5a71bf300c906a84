import { FakeUpstream, type FakeUpstreamOptions } from '@entrepot/testkit';
import { podLayout } from '@entrepot/core';
import { Mirror, type MirrorOptions } from './mirror.ts';

/** An upstream with TLS, and a running mirror of it. */
export interface MirroredUpstream extends AsyncDisposable {
  readonly upstream: FakeUpstream;
  readonly mirror: Mirror;
}

export interface MirroredUpstreamOptions extends Pick<MirrorOptions, 'cache'> {
  readonly upstream?: FakeUpstreamOptions;
  /** What the mirror has to log in with. */
  readonly credentials?: { readonly username: string; readonly password: string };
}

export async function mirrorOf(options: MirroredUpstreamOptions = {}): Promise<MirroredUpstream> {
  await using started = new AsyncDisposableStack();
  const upstream = started.use(await FakeUpstream.start({ tls: true, ...options.upstream }));
  const { credentials, cache } = options;
  const mirror = started.use(
    await Mirror.start({
      ...(cache === undefined ? {} : { cache }),
      upstream: { host: upstream.host, hasCABundle: true, hasCredentials: credentials !== undefined },
      files: {
        [podLayout.upstreamCAs]: upstream.caCertificate ?? '',
        ...Object.fromEntries(
          Object.entries(credentials ?? {}).map(([name, text]) => [`${podLayout.credentials}/${name}`, text]),
        ),
      },
    }),
  );
  const owned = started.move();
  return { upstream, mirror, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
