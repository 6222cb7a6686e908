{{/* Filters of routes: those of policy.linkerd.io, and those of the Gateway API, of which the proxy honours the first three. */}}

{{- define "policy.http-filter" -}}
type: object
required:
- type
properties:
  type:
    type: string
    enum:
    - RequestHeaderModifier
    - RequestRedirect
  requestHeaderModifier:
    {{- include "route.header-modifier" . | nindent 4 }}
  requestRedirect:
    {{- include "route.redirect" . | nindent 4 }}
{{- end }}

{{- define "policy.backend-filter" -}}
type: object
required:
- type
properties:
  type:
    type: string
    enum:
    - RequestHeaderModifier
    - RequestRedirect
    - ResponseHeaderModifier
  requestHeaderModifier:
    {{- include "route.header-modifier" . | nindent 4 }}
  requestRedirect:
    {{- include "route.redirect" . | nindent 4 }}
  responseHeaderModifier:
    {{- include "route.header-modifier" . | nindent 4 }}
{{- end }}

{{- define "gateway.mirror" -}}
type: object
required:
- backendRef
properties:
  backendRef:
    type: object
    required:
    - name
    properties:
      group:
        {{- include "schema.group" . | nindent 8 }}
        default: ""
      kind:
        {{- include "schema.kind" . | nindent 8 }}
        default: Service
      name:
        {{- include "schema.name" . | nindent 8 }}
      namespace:
        {{- include "schema.namespace" . | nindent 8 }}
      port:
        {{- include "schema.port" . | nindent 8 }}
  percent:
    type: integer
    format: int32
    minimum: 0
    maximum: 100
{{- end }}

{{- define "gateway.extension-ref" -}}
type: object
required:
- group
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

{{- define "gateway.http-filter" -}}
type: object
required:
- type
properties:
  type:
    type: string
    enum:
    - RequestHeaderModifier
    - ResponseHeaderModifier
    - RequestRedirect
    - RequestMirror
    - URLRewrite
    - ExtensionRef
  requestHeaderModifier:
    {{- include "route.header-modifier" . | nindent 4 }}
  responseHeaderModifier:
    {{- include "route.header-modifier" . | nindent 4 }}
  requestRedirect:
    {{- include "route.redirect" . | nindent 4 }}
  requestMirror:
    {{- include "gateway.mirror" . | nindent 4 }}
  urlRewrite:
    type: object
    properties:
      hostname:
        type: string
        minLength: 1
        maxLength: 253
      path:
        {{- include "route.path-modifier" . | nindent 8 }}
  extensionRef:
    {{- include "gateway.extension-ref" . | nindent 4 }}
{{- end }}

{{- define "gateway.grpc-filter" -}}
type: object
required:
- type
properties:
  type:
    type: string
    enum:
    - RequestHeaderModifier
    - ResponseHeaderModifier
    - RequestMirror
    - ExtensionRef
  requestHeaderModifier:
    {{- include "route.header-modifier" . | nindent 4 }}
  responseHeaderModifier:
    {{- include "route.header-modifier" . | nindent 4 }}
  requestMirror:
    {{- include "gateway.mirror" . | nindent 4 }}
  extensionRef:
    {{- include "gateway.extension-ref" . | nindent 4 }}
{{- end }}
