{{/* Pieces that all routes share. Takes (dict "group" the group of parents without one). */}}

{{- define "route.hostnames" -}}
description: Host names that the route is for, a leading *. stands for any number of labels. None is all.
type: array
maxItems: 16
items:
  type: string
  minLength: 1
  maxLength: 253
  pattern: ^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$
{{- end }}

{{- define "route.parent-ref" -}}
type: object
required:
- name
properties:
  group:
    {{- include "schema.group" . | nindent 4 }}
    default: {{ .group }}
  kind:
    {{- include "schema.kind" . | nindent 4 }}
    default: Gateway
  name:
    {{- include "schema.name" . | nindent 4 }}
  namespace:
    {{- include "schema.namespace" . | nindent 4 }}
  port:
    {{- include "schema.port" . | nindent 4 }}
  sectionName:
    type: string
    minLength: 1
    maxLength: 253
{{- end }}

{{- define "route.parent-refs" -}}
description: What the route is attached to, a Service, a Server or an EgressNetwork.
type: array
maxItems: 32
items:
  {{- include "route.parent-ref" . | nindent 2 }}
{{- end }}

{{- define "route.backend-properties" -}}
group:
  {{- include "schema.group" . | nindent 2 }}
  default: ""
kind:
  {{- include "schema.kind" . | nindent 2 }}
  default: Service
name:
  {{- include "schema.name" . | nindent 2 }}
namespace:
  {{- include "schema.namespace" . | nindent 2 }}
port:
  {{- include "schema.port" . | nindent 2 }}
weight:
  description: Share of the traffic, relative to the weights of the other backends.
  type: integer
  format: int32
  minimum: 0
  maximum: 1000000
  default: 1
{{- end }}

{{- define "route.header-modifier" -}}
type: object
properties:
  set:
    {{- include "route.headers" . | nindent 4 }}
  add:
    {{- include "route.headers" . | nindent 4 }}
  remove:
    type: array
    maxItems: 16
    items:
      type: string
{{- end }}

{{- define "route.headers" -}}
type: array
maxItems: 16
items:
  type: object
  required:
  - name
  - value
  properties:
    name:
      {{- include "route.header-name" . | nindent 6 }}
    value:
      type: string
      minLength: 1
      maxLength: 4096
x-kubernetes-list-map-keys:
- name
x-kubernetes-list-type: map
{{- end }}

{{- define "route.header-name" -}}
type: string
minLength: 1
maxLength: 256
pattern: ^[A-Za-z0-9!#$%&'*+\-.^_\x60|~]+$
{{- end }}

{{- define "route.value-matches" -}}
type: array
maxItems: 16
items:
  type: object
  required:
  - name
  - value
  properties:
    type:
      type: string
      default: Exact
      enum:
      - Exact
      - RegularExpression
    name:
      {{- include "route.header-name" . | nindent 6 }}
    value:
      type: string
      minLength: 1
      maxLength: {{ .valueLength | default 4096 }}
x-kubernetes-list-map-keys:
- name
x-kubernetes-list-type: map
{{- end }}

{{- define "route.path-modifier" -}}
type: object
required:
- type
properties:
  type:
    type: string
    enum:
    - ReplaceFullPath
    - ReplacePrefixMatch
  replaceFullPath:
    type: string
    maxLength: 1024
  replacePrefixMatch:
    type: string
    maxLength: 1024
{{- end }}

{{- define "route.redirect" -}}
type: object
properties:
  scheme:
    type: string
    enum:
    - http
    - https
  hostname:
    type: string
    minLength: 1
    maxLength: 253
    pattern: ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$
  path:
    {{- include "route.path-modifier" . | nindent 4 }}
  port:
    {{- include "schema.port" . | nindent 4 }}
  statusCode:
    type: integer
    default: 302
    enum:
    - 301
    - 302
{{- end }}

{{- define "route.http-matches" -}}
type: array
maxItems: {{ .matches | default 8 }}
items:
  type: object
  properties:
    path:
      type: object
      default:
        type: PathPrefix
        value: /
      properties:
        type:
          type: string
          default: PathPrefix
          enum:
          - Exact
          - PathPrefix
          - RegularExpression
        value:
          type: string
          default: /
          maxLength: 1024
    headers:
      {{- include "route.value-matches" . | nindent 6 }}
    queryParams:
      {{- include "route.value-matches" (dict "valueLength" 1024) | nindent 6 }}
    method:
      type: string
      enum:
      - GET
      - HEAD
      - POST
      - PUT
      - DELETE
      - CONNECT
      - OPTIONS
      - TRACE
      - PATCH
{{- end }}

{{- define "route.duration" -}}
type: string
pattern: ^([0-9]{1,5}(h|m|s|ms)){1,4}$
{{- end }}

{{- define "route.timeouts" -}}
type: object
properties:
  request:
    {{- include "route.duration" . | nindent 4 }}
  backendRequest:
    {{- include "route.duration" . | nindent 4 }}
{{- end }}

{{- define "route.status" -}}
type: object
required:
- parents
properties:
  parents:
    type: array
    maxItems: 32
    items:
      type: object
      required:
      - controllerName
      - parentRef
      properties:
        conditions:
          type: array
          minItems: 1
          maxItems: 8
          items:
            {{- include "schema.condition" . | nindent 12 }}
          x-kubernetes-list-map-keys:
          - type
          x-kubernetes-list-type: map
        controllerName:
          type: string
          minLength: 1
          maxLength: 253
          pattern: ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9\/\-._~%!$&'()*+,;=:]+$
        parentRef:
          {{- include "route.parent-ref" . | nindent 10 }}
{{- end }}
