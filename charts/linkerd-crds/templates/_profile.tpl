{{/* Conditions of service profiles nest without an end, which a schema cannot say: below the first level they are taken as they are. */}}

{{- define "profile.request-match" -}}
type: object
properties:
  pathRegex:
    description: Regular expression that the whole path must match.
    type: string
  method:
    type: string
  all:
    {{- include "profile.nested" . | nindent 4 }}
  any:
    {{- include "profile.nested" . | nindent 4 }}
  not:
    {{- include "profile.nested" . | nindent 4 }}
{{- end }}

{{- define "profile.nested" -}}
type: array
items:
  type: object
  x-kubernetes-preserve-unknown-fields: true
{{- end }}

{{- define "profile.response-match" -}}
type: object
properties:
  all:
    {{- include "profile.nested" . | nindent 4 }}
  any:
    {{- include "profile.nested" . | nindent 4 }}
  not:
    type: object
    x-kubernetes-preserve-unknown-fields: true
  status:
    type: object
    properties:
      max:
        type: integer
        format: int32
      min:
        type: integer
        format: int32
{{- end }}
