{{/* Metadata that all definitions share: the label lets prune and uninstall find them. */}}
{{- define "crds.metadata" -}}
annotations:
  linkerd.io/created-by: {{ .Values.cliVersion | default (printf "linkerd/helm %s" .Chart.AppVersion) }}
labels:
  helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version | replace "+" "_" }}
  linkerd.io/control-plane-ns: {{ .Release.Namespace }}
{{- end }}

{{/* Whether a kind of the Gateway API is wanted: its own switch, or else the one of all. Takes (list root switch). */}}
{{- define "crds.wanted" -}}
{{- $root := index . 0 }}
{{- $own := index . 1 | toString }}
{{- if or (eq $own "true") (and (eq $own "") $root.Values.installGatewayAPI) }}true{{ end }}
{{- end }}

{{/* The bundle that our definitions of the Gateway API stand in for. */}}
{{- define "crds.gateway-metadata" -}}
annotations:
  # Groups of k8s.io need this; the schemas are ours, for the released versions of these kinds.
  api-approved.kubernetes.io: unapproved, structural schemas without validation rules
  gateway.networking.k8s.io/bundle-version: v1.2.1
  gateway.networking.k8s.io/channel: experimental
  linkerd.io/created-by: {{ .Values.cliVersion | default (printf "linkerd/helm %s" .Chart.AppVersion) }}
labels:
  helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version | replace "+" "_" }}
  linkerd.io/control-plane-ns: {{ .Release.Namespace }}
{{- end }}
