{{/* Labels of every object. */}}
{{- define "cni.labels" -}}
linkerd.io/cni-resource: "true"
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Metadata of an object. Takes (list root namespaced). */}}
{{- define "cni.metadata" -}}
{{- $root := index . 0 -}}
metadata:
  name: linkerd-cni
{{- if index . 1 }}
  namespace: {{ $root.Release.Namespace }}
{{- end }}
  labels:
    {{- include "cni.labels" $root | nindent 4 }}
{{- end }}

{{/* A list of ports, separated by commas, as items of a JSON list. */}}
{{- define "cni.ports" -}}
{{- range $i, $port := splitList "," . -}}
{{- if $i }}, {{ end }}{{ $port | trim | quote }}
{{- end -}}
{{- end }}
