{{/* linkerd-init: writes the redirect rules before anything else in the pod runs. */}}
{{- define "partials.proxy-init" -}}
{{- $init := .Values.proxyInit -}}
{{- $proxy := .Values.proxy -}}
{{- $privileged := or $init.privileged (ne (int $init.closeWaitTimeoutSecs) 0) -}}
{{- if and (ne (int $init.closeWaitTimeoutSecs) 0) (not $init.runAsRoot) }}{{ fail "proxyInit.runAsRoot must be set to use proxyInit.closeWaitTimeoutSecs" }}{{ end -}}
{{- if not (has $init.iptablesMode (list "nft" "legacy")) }}{{ fail (printf "Unsupported value %q for proxyInit.iptablesMode\nValid values: [\"nft\", \"legacy\"]" $init.iptablesMode) }}{{ end -}}
args:
{{- if eq $init.iptablesMode "nft" }}
- --firewall-bin-path
- iptables-nft
- --firewall-save-bin-path
- iptables-nft-save
{{- end }}
{{- if .Values.disableIPv6 }}
- --ipv6=false
{{- end }}
- --incoming-proxy-port
- {{ int $proxy.ports.inbound | quote }}
- --outgoing-proxy-port
- {{ int $proxy.ports.outbound | quote }}
- --proxy-uid
- {{ int64 $proxy.uid | quote }}
{{- if ge (int64 $proxy.gid) 0 }}
- --proxy-gid
- {{ int64 $proxy.gid | quote }}
{{- end }}
- --inbound-ports-to-ignore
- {{ printf "%d,%d" (int $proxy.ports.control) (int $proxy.ports.admin) }}{{ with $init.ignoreInboundPorts }},{{ . }}{{ end }}
{{- with $init.ignoreOutboundPorts }}
- --outbound-ports-to-ignore
- {{ toString . | quote }}
{{- end }}
{{- if ne (int $init.closeWaitTimeoutSecs) 0 }}
- --timeout-close-wait-secs
- {{ int $init.closeWaitTimeoutSecs | quote }}
{{- end }}
{{- with $init.logFormat }}
- --log-format
- {{ . }}
{{- end }}
{{- with $init.logLevel }}
- --log-level
- {{ . }}
{{- end }}
{{- with $init.skipSubnets }}
- --subnets-to-ignore
- {{ . | quote }}
{{- end }}
command:
- /usr/lib/linkerd/linkerd2-proxy-init
image: {{ include "partials.image" (list . $proxy.image.name $proxy.image.version) }}
imagePullPolicy: {{ $proxy.image.pullPolicy | default .Values.imagePullPolicy }}
name: linkerd-init
{{- with include "partials.resources" $proxy.resources }}
{{ . }}
{{- end }}
securityContext:
  allowPrivilegeEscalation: {{ $privileged }}
  capabilities:
    add:
    - NET_ADMIN
    - NET_RAW
  privileged: {{ $privileged }}
  readOnlyRootFilesystem: true
  runAsGroup: {{ if $init.runAsRoot }}0{{ else }}{{ int64 $init.runAsGroup | default 65534 }}{{ end }}
  runAsNonRoot: {{ not $init.runAsRoot }}
  runAsUser: {{ if $init.runAsRoot }}0{{ else }}{{ int64 $init.runAsUser | default 65534 }}{{ end }}
  seccompProfile:
    type: RuntimeDefault
terminationMessagePolicy: FallbackToLogsOnError
volumeMounts:
- mountPath: {{ $init.xtMountPath.mountPath }}
  name: {{ $init.xtMountPath.name }}
{{- end }}
