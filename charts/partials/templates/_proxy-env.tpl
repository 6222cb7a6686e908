{{/* A variable with a value. Takes (list name value). */}}
{{- define "partials.env" -}}
- name: {{ index . 0 }}
  value: {{ index . 1 | toString | quote }}
{{- end }}

{{/* The same with the proxy's prefix, unless the value is empty. */}}
{{- define "partials.env.proxy" -}}
{{- $value := index . 1 | toString }}
{{- if and (ne $value "") (ne $value "<nil>") }}
- name: LINKERD2_PROXY_{{ index . 0 }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}

{{/* A variable from a field of the pod. Takes (list name path). */}}
{{- define "partials.env.field" -}}
- name: {{ index . 0 }}
  valueFrom:
    fieldRef:
      fieldPath: {{ index . 1 }}
{{- end }}

{{/* One variable for each leaf of scope, protocol and parameter: SERVER_HTTP2_KEEP_ALIVE_INTERVAL. Takes (list direction tree). */}}
{{- define "partials.env.leaves" -}}
{{- $direction := index . 0 }}
{{- range $scope, $protocols := index . 1 }}
{{- range $protocol, $parameters := $protocols }}
{{- range $parameter, $value := $parameters }}
- name: LINKERD2_PROXY_{{ $direction }}_{{ regexReplaceAll "([A-Z])" (printf "%s_%s_%s" $scope $protocol $parameter) "_${1}" | upper }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Identity of a service account of the control plane. Takes (list root account namespace). */}}
{{- define "partials.identity-name" -}}
{{- $root := index . 0 -}}
{{ index . 1 }}.{{ index . 2 }}.serviceaccount.identity.{{ $root.Release.Namespace }}.{{ include "partials.trust-domain" $root }}
{{- end }}

{{/* All variables of a proxy. Kubernetes expands $(name) from variables that stand before, so their order matters. */}}
{{- define "partials.proxy.env" -}}
{{- $proxy := .Values.proxy -}}
{{- $workers := $proxy.runtime.workers -}}
{{- $ns := .Release.Namespace -}}
{{- $service := printf "%s.svc.%s." $ns .Values.clusterDomain -}}
{{- $any := include "partials.any-address" . -}}
{{- $local := eq $proxy.component "linkerd-destination" -}}
{{- $cores := int64 $proxy.cores | default (max 1 (int64 $workers.minimum)) -}}
{{ include "partials.env.field" (list "_pod_name" "metadata.name") }}
{{ include "partials.env.field" (list "_pod_ns" "metadata.namespace") }}
{{ include "partials.env.field" (list "_pod_uid" "metadata.uid") }}
{{ include "partials.env.field" (list "_pod_ip" "status.podIP") }}
{{ include "partials.env.field" (list "_pod_nodeName" "spec.nodeName") }}
{{ include "partials.env" (list "_pod_containerName" "linkerd-proxy") }}
{{- include "partials.env.proxy" (list "CORES" $cores) }}
{{- include "partials.env.proxy" (list "CORES_MIN" $cores) }}
{{- if not $proxy.cores }}
{{- with $workers.maximum }}{{ include "partials.env.proxy" (list "CORES_MAX" (int64 .)) }}{{ end }}
{{- with $workers.maximumCPURatio }}{{ include "partials.env.proxy" (list "CORES_MAX_RATIO" .) }}{{ end }}
{{- end }}
{{- include "partials.env.proxy" (list "INBOUND_PORTS_REQUIRE_IDENTITY" $proxy.requireIdentityOnInboundPorts) }}
{{- include "partials.env.proxy" (list "INBOUND_PORTS_REQUIRE_TLS" $proxy.requireTLSOnInboundPorts) }}
{{- include "partials.env.proxy" (list "SHUTDOWN_ENDPOINT_ENABLED" $proxy.enableShutdownEndpoint) }}
{{- include "partials.env.proxy" (list "LOG" (printf "%s%s" $proxy.logLevel (ternary "" ",[{headers}]=off,[{request}]=off" (eq (toString $proxy.logHTTPHeaders) "insecure")))) }}
{{- include "partials.env.proxy" (list "LOG_FORMAT" $proxy.logFormat) }}
{{- include "partials.env.proxy" (list "DESTINATION_SVC_ADDR" (ternary "localhost.:8086" (printf "linkerd-dst-headless.%s:8086" $service) $local)) }}
{{- include "partials.env.proxy" (list "DESTINATION_PROFILE_NETWORKS" .Values.clusterNetworks) }}
{{- include "partials.env.proxy" (list "POLICY_SVC_ADDR" (ternary "localhost.:8090" (printf "linkerd-policy.%s:8090" $service) $local)) }}
{{- include "partials.env.proxy" (list "POLICY_WORKLOAD" "{\"ns\":\"$(_pod_ns)\", \"pod\":\"$(_pod_name)\"}\n") }}
{{- include "partials.env.proxy" (list "INBOUND_DEFAULT_POLICY" $proxy.defaultInboundPolicy) }}
{{- include "partials.env.proxy" (list "POLICY_CLUSTER_NETWORKS" .Values.clusterNetworks) }}
{{- with $proxy.control.streams }}
{{- include "partials.env.proxy" (list "CONTROL_STREAM_INITIAL_TIMEOUT" .initialTimeout) }}
{{- include "partials.env.proxy" (list "CONTROL_STREAM_IDLE_TIMEOUT" .idleTimeout) }}
{{- include "partials.env.proxy" (list "CONTROL_STREAM_LIFETIME" .lifetime) }}
{{- end }}
{{- include "partials.env.proxy" (list "INBOUND_CONNECT_TIMEOUT" $proxy.inboundConnectTimeout) }}
{{- include "partials.env.proxy" (list "OUTBOUND_CONNECT_TIMEOUT" $proxy.outboundConnectTimeout) }}
{{- include "partials.env.proxy" (list "OUTBOUND_DISCOVERY_IDLE_TIMEOUT" $proxy.outboundDiscoveryCacheUnusedTimeout) }}
{{- include "partials.env.proxy" (list "INBOUND_DISCOVERY_IDLE_TIMEOUT" $proxy.inboundDiscoveryCacheUnusedTimeout) }}
{{- if $proxy.disableOutboundProtocolDetectTimeout }}{{ include "partials.env.proxy" (list "OUTBOUND_DETECT_TIMEOUT" "365d") }}{{ end }}
{{- if $proxy.disableInboundProtocolDetectTimeout }}{{ include "partials.env.proxy" (list "INBOUND_DETECT_TIMEOUT" "365d") }}{{ end }}
{{- include "partials.env.proxy" (list "CONTROL_LISTEN_ADDR" (printf "%s:%d" $any (int $proxy.ports.control))) }}
{{- include "partials.env.proxy" (list "ADMIN_LISTEN_ADDR" (printf "%s:%d" $any (int $proxy.ports.admin))) }}
{{- include "partials.env.proxy" (list "OUTBOUND_LISTEN_ADDR" (printf "127.0.0.1:%d" (int $proxy.ports.outbound))) }}
{{- include "partials.env.proxy" (list "OUTBOUND_LISTEN_ADDRS" (printf "127.0.0.1:%d%s" (int $proxy.ports.outbound) (ternary "" (printf ",[::1]:%d" (int $proxy.ports.outbound)) (.Values.disableIPv6 | default false)))) }}
{{- include "partials.env.proxy" (list "INBOUND_LISTEN_ADDR" (printf "%s:%d" $any (int $proxy.ports.inbound))) }}
{{ include "partials.env.field" (list "LINKERD2_PROXY_INBOUND_IPS" "status.podIPs") }}
{{- include "partials.env.proxy" (list "INBOUND_PORTS" $proxy.podInboundPorts) }}
{{- include "partials.env.proxy" (list "DESTINATION_PROFILE_SUFFIXES" (ternary "." (printf "svc.%s." .Values.clusterDomain) ($proxy.enableExternalProfiles | default false))) }}
{{- include "partials.env.proxy" (list "INBOUND_ACCEPT_KEEPALIVE" "10000ms") }}
{{- include "partials.env.proxy" (list "OUTBOUND_CONNECT_KEEPALIVE" "10000ms") }}
{{- include "partials.env.proxy" (list "INBOUND_ACCEPT_USER_TIMEOUT" "30s") }}
{{- include "partials.env.proxy" (list "OUTBOUND_CONNECT_USER_TIMEOUT" "30s") }}
{{- include "partials.env.proxy" (list "OUTBOUND_METRICS_HOSTNAME_LABELS" $proxy.metrics.hostnameLabels) }}
{{- if $proxy.tracing.enabled }}
{{- $collector := $proxy.tracing.collector }}
{{- $identity := $collector.meshIdentity }}
{{- include "partials.env.proxy" (list "TRACE_ATTRIBUTES_PATH" "/var/run/linkerd/podinfo/labels") }}
{{- include "partials.env.proxy" (list "TRACE_ANNOTATIONS_PATH" "/var/run/linkerd/podinfo/annotations") }}
{{- include "partials.env.proxy" (list "TRACE_PROTOCOL" $proxy.tracing.protocol) }}
{{- include "partials.env.proxy" (list "TRACE_SERVICE_NAME" $proxy.tracing.traceServiceName) }}
{{- include "partials.env.proxy" (list "TRACE_COLLECTOR_SVC_ADDR" (required "proxy.tracing.collector.endpoint must be set if proxy tracing is enabled" $collector.endpoint)) }}
{{- include "partials.env.proxy" (list "TRACE_COLLECTOR_SVC_NAME" (include "partials.identity-name" (list .
  (required "proxy.tracing.collector.meshIdentity.serviceAccountName must be set if proxy tracing is enabled" $identity.serviceAccountName)
  (required "proxy.tracing.collector.meshIdentity.namespace must be set if proxy tracing is enabled" $identity.namespace)))) }}
{{- $attributes := list }}
{{- range $key, $value := $proxy.tracing.labels }}{{ $attributes = append $attributes (printf "%s=%s\n" $key $value) }}{{ end }}
{{- include "partials.env.proxy" (list "TRACE_EXTRA_ATTRIBUTES" (join "" $attributes)) }}
{{- end }}
{{- include "partials.env.leaves" (list "INBOUND" $proxy.inbound) }}
{{- include "partials.env.leaves" (list "OUTBOUND" $proxy.outbound) }}
{{- include "partials.env.proxy" (list "INBOUND_PORTS_DISABLE_PROTOCOL_DETECTION" $proxy.opaquePorts) }}
{{- include "partials.env.proxy" (list "DESTINATION_CONTEXT" "{\"ns\":\"$(_pod_ns)\", \"nodeName\":\"$(_pod_nodeName)\", \"pod\":\"$(_pod_name)\"}\n") }}
{{ include "partials.env.field" (list "_pod_sa" "spec.serviceAccountName") }}
{{ include "partials.env" (list "_l5d_ns" $ns) }}
{{ include "partials.env" (list "_l5d_trustdomain" (include "partials.trust-domain" .)) }}
{{- include "partials.env.proxy" (list "IDENTITY_DIR" "/var/run/linkerd/identity/end-entity") }}
- name: LINKERD2_PROXY_IDENTITY_TRUST_ANCHORS
  valueFrom:
    configMapKeyRef:
      key: ca-bundle.crt
      name: linkerd-identity-trust-roots
{{- include "partials.env.proxy" (list "IDENTITY_TOKEN_FILE" (ternary "/var/run/secrets/tokens/linkerd-identity-token" "/var/run/secrets/kubernetes.io/serviceaccount/token" (.Values.identity.serviceAccountTokenProjection | default false))) }}
{{- include "partials.env.proxy" (list "IDENTITY_SVC_ADDR" (ternary "localhost.:8080" (printf "linkerd-identity-headless.%s:8080" $service) (eq $proxy.component "linkerd-identity"))) }}
{{- include "partials.env.proxy" (list "IDENTITY_LOCAL_NAME" (include "partials.identity-name" (list . "$(_pod_sa)" "$(_pod_ns)"))) }}
{{- include "partials.env.proxy" (list "IDENTITY_SVC_NAME" (include "partials.identity-name" (list . "linkerd-identity" $ns))) }}
{{- include "partials.env.proxy" (list "DESTINATION_SVC_NAME" (include "partials.identity-name" (list . "linkerd-destination" $ns))) }}
{{- include "partials.env.proxy" (list "POLICY_SVC_NAME" (include "partials.identity-name" (list . "linkerd-destination" $ns))) }}
{{- include "partials.env.proxy" (list "ACCESS_LOG" $proxy.accessLog) }}
{{- include "partials.env.proxy" (list "SHUTDOWN_GRACE_PERIOD" $proxy.shutdownGracePeriod) }}
{{- with $proxy.additionalEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}
