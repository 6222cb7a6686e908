{{/* Pieces of schemas. Each is the body of a field, to be indented below its name. */}}

{{- define "schema.group" -}}
type: string
description: API group of the object; empty is the core group.
maxLength: 253
pattern: ^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$
{{- end }}

{{- define "schema.kind" -}}
type: string
description: Kind of the object.
minLength: 1
maxLength: 63
pattern: ^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$
{{- end }}

{{- define "schema.name" -}}
type: string
description: Name of the object.
minLength: 1
maxLength: 253
{{- end }}

{{- define "schema.namespace" -}}
type: string
description: Namespace of the object; the one of this resource when it is left out.
minLength: 1
maxLength: 63
pattern: ^[a-z0-9]([-a-z0-9]*[a-z0-9])?$
{{- end }}

{{- define "schema.dns-label" -}}
type: string
maxLength: 63
pattern: ^[a-z0-9]([-a-z0-9]*[a-z0-9])?$
{{- end }}

{{- define "schema.port" -}}
type: integer
format: int32
minimum: 1
maximum: 65535
{{- end }}

{{- define "schema.cidr" -}}
description: A network as ADDRESS/LENGTH, or one address.
type: string
{{- end }}

{{- define "schema.network" -}}
type: object
required:
- cidr
properties:
  cidr:
    {{- include "schema.cidr" . | nindent 4 }}
  except:
    description: Networks within cidr that are left out.
    type: array
    items:
      type: string
{{- end }}

{{- define "schema.label-selector" -}}
type: object
properties:
  matchLabels:
    type: object
    x-kubernetes-preserve-unknown-fields: true
  matchExpressions:
    type: array
    items:
      type: object
      required:
      - key
      - operator
      properties:
        key:
          type: string
        operator:
          type: string
          enum:
          - In
          - NotIn
          - Exists
          - DoesNotExist
        values:
          type: array
          items:
            type: string
{{- end }}

{{- define "schema.local-target" -}}
type: object
required:
- kind
- name
properties:
  group:
    {{- include "schema.group" . | nindent 4 }}
  kind:
    {{- include "schema.kind" . | nindent 4 }}
  name:
    {{- include "schema.name" . | nindent 4 }}
{{- end }}

{{- define "schema.condition" -}}
type: object
required:
- lastTransitionTime
- message
- reason
- status
- type
properties:
  lastTransitionTime:
    type: string
    format: date-time
  message:
    type: string
    maxLength: 32768
  observedGeneration:
    type: integer
    format: int64
    minimum: 0
  reason:
    type: string
    minLength: 1
    maxLength: 1024
    pattern: ^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$
  status:
    type: string
    enum:
    - "True"
    - "False"
    - Unknown
  type:
    type: string
    maxLength: 316
    pattern: ^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$
{{- end }}

{{- define "schema.conditions" -}}
type: object
properties:
  conditions:
    type: array
    items:
      {{- include "schema.condition" . | nindent 6 }}
{{- end }}
