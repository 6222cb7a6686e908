{{/* The annotation that says who made an object. */}}
{{- define "partials.created-by" -}}
linkerd.io/created-by: {{ .Values.cliVersion | default (printf "linkerd/helm %s" (.Values.linkerdVersion | default .Chart.AppVersion)) }}
{{- end }}

{{/* Labels of every object of the control plane. Takes (list root component). */}}
{{- define "partials.labels" -}}
{{- $root := index . 0 -}}
linkerd.io/control-plane-component: {{ index . 1 }}
linkerd.io/control-plane-ns: {{ $root.Release.Namespace }}
{{- with $root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* An image with its tag. Takes (list root name tag). */}}
{{- define "partials.image" -}}
{{- $root := index . 0 -}}
{{ index . 1 }}:{{ index . 2 | default $root.Values.linkerdVersion | default $root.Chart.AppVersion }}
{{- end }}

{{/* The trust domain in effect. */}}
{{- define "partials.trust-domain" -}}
{{ .Values.identityTrustDomain | default .Values.clusterDomain }}
{{- end }}

{{/* Secrets that images are pulled with. */}}
{{- define "partials.image-pull-secrets" -}}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* The address that servers listen on: all of the families that the cluster has. */}}
{{- define "partials.any-address" -}}
{{ if .Values.disableIPv6 }}0.0.0.0{{ else }}[::]{{ end }}
{{- end }}
