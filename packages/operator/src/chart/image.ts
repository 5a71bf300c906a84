import { z } from 'zod';
import { Expression, type Scope, value } from './expression.ts';

const reference = z.object({ repository: z.string(), tag: z.string(), digest: z.string() });

/** The templates' side of {@link image}. */
export const imageHelper = `{{/* A reference to an image: by its digest if there is one, else by its tag, which is the version of the chart's programs by default. */}}
{{- define "entrepot.image" -}}
{{- $image := index . 1 -}}
{{- if $image.digest -}}
{{ $image.repository }}@{{ $image.digest }}
{{- else -}}
{{ $image.repository }}:{{ $image.tag | default (index . 0).Chart.AppVersion }}
{{- end -}}
{{- end }}
`;

/** The image that stands at a path of the values, as pods name it. */
export function image(path: string): Expression {
  const found = value(path);
  return new Expression(`include "entrepot.image" (list $ ${found.pipeline})`, (scope: Scope) => {
    const { repository, tag, digest } = reference.parse(found.resolve(scope));
    return digest === '' ? `${repository}:${tag === '' ? scope.appVersion : tag}` : `${repository}@${digest}`;
  });
}

/** The parts of a reference, as the values have them. */
export function imageParts(text: string): z.output<typeof reference> {
  const [named = '', digest = ''] = text.split('@');
  const [, repository = named, tag = ''] = /^(.*):([^/:]+)$/.exec(named) ?? [];
  return { repository, tag, digest };
}
