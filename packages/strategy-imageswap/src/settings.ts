import { z } from 'zod';

/** Operator-wide settings of the imageswap strategy. */
export const imageswapSettings = z
  .strictObject({
    namespace: z.string().min(1).describe('Namespace of the map; IMAGESWAP_NAMESPACE, else NAMESPACE'),
    configMap: z
      .string()
      .min(1)
      .default('imageswap-maps')
      .describe('ConfigMap that ImageSwap mounts; its key is `maps`'),
    separator: z
      .enum(['::', ':'])
      .default('::')
      .describe(
        'Between the two halves of a map line. ImageSwap before 1.5.0 knows `:` only, and fails on a line with `::`',
      ),
  })
  .describe('Which map of ImageSwap is written, and how');

export type ImageswapSettings = z.output<typeof imageswapSettings>;
