{{/* A reference to an image: by its digest if there is one, else by its tag, which is the version of the chart's programs by default. */}}
{{- define "entrepot.image" -}}
{{- $image := index . 1 -}}
{{- if $image.digest -}}
{{ $image.repository }}@{{ $image.digest }}
{{- else -}}
{{ $image.repository }}:{{ $image.tag | default (index . 0).Chart.AppVersion }}
{{- end -}}
{{- end }}
