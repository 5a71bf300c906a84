import type { KubernetesObject } from '@entrepot/kube';
import { z } from 'zod';

const serverShape = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({
      spec: z.looseObject({
        volumes: z.array(
          z.looseObject({ name: z.string(), secret: z.looseObject({ secretName: z.string() }).optional() }),
        ),
      }),
    }),
  }),
});

/** The Secret that the pods of a live StatefulSet serve from; mirror-operator's volume for it is called as ours is. */
export function mountedSecret(server: KubernetesObject | undefined): string | undefined {
  const volumes = serverShape.safeParse(server).data?.spec.template.spec.volumes;
  return volumes?.find(({ name }) => name === 'tls')?.secret?.secretName;
}
