{{/* linkerd-network-validator: with the CNI plugin, fails the pod when the redirect is not in place. */}}
{{- define "partials.network-validator" -}}
{{- $validator := .Values.networkValidator -}}
{{- $proxy := .Values.proxy -}}
args:
- --log-format
- {{ $validator.logFormat }}
- --log-level
- {{ $validator.logLevel }}
- --connect-addr
- {{ $validator.connectAddr | default (ternary "1.1.1.1:20001" "[fd00::1]:20001" (.Values.disableIPv6 | default false)) | quote }}
- --listen-addr
- {{ $validator.listenAddr | default (ternary "0.0.0.0:4140" "[::]:4140" (.Values.disableIPv6 | default false)) | quote }}
- --timeout
- {{ $validator.timeout }}
command:
- /usr/lib/linkerd/linkerd2-network-validator
image: {{ include "partials.image" (list . $proxy.image.name $proxy.image.version) }}
imagePullPolicy: {{ $proxy.image.pullPolicy | default .Values.imagePullPolicy }}
name: linkerd-network-validator
{{- with include "partials.resources" $proxy.resources }}
{{ . }}
{{- end }}
{{- if $validator.enableSecurityContext }}
securityContext:
  allowPrivilegeEscalation: false
  capabilities:
    drop:
    - ALL
  readOnlyRootFilesystem: true
  runAsGroup: 65534
  runAsNonRoot: true
  runAsUser: 65534
  seccompProfile:
    type: RuntimeDefault
{{- end }}
{{- end }}

{{/* The init container of a meshed pod: the redirect itself, or the proof that the CNI plugin has done it. */}}
{{- define "partials.init" -}}
{{- if .Values.cniEnabled }}{{ include "partials.network-validator" . }}{{ else }}{{ include "partials.proxy-init" . }}{{ end }}
{{- end }}
