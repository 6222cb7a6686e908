{{/* Where pods of the control plane run. */}}
{{- define "partials.scheduling" -}}
{{- with .Values.nodeSelector }}
nodeSelector:
{{ toYaml . | indent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
{{ toYaml . }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.runtimeClassName }}
runtimeClassName: {{ . }}
{{- end }}
{{- end }}

{{/* Keeps the replicas of a component on different nodes (by podAntiAffinityPolicy), and if it can be in different zones. Takes (list root component). */}}
{{- define "partials.affinity" -}}
{{- $root := index . 0 }}
{{- $component := index . 1 }}
{{- if or $root.Values.enablePodAntiAffinity $root.Values.nodeAffinity }}
affinity:
{{- with $root.Values.nodeAffinity }}
  nodeAffinity:
{{ toYaml . | indent 4 }}
{{- end }}
{{- if $root.Values.enablePodAntiAffinity }}
{{- $policy := $root.Values.podAntiAffinityPolicy | default "required" }}
{{- if not (has $policy (list "required" "preferred")) }}
{{- fail (printf "podAntiAffinityPolicy must be required or preferred, not %s" $policy) }}
{{- end }}
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
    - podAffinityTerm:
        labelSelector:
          matchExpressions:
          - key: linkerd.io/control-plane-component
            operator: In
            values:
            - {{ $component }}
        topologyKey: topology.kubernetes.io/zone
      weight: 100
{{- if eq $policy "preferred" }}
    - podAffinityTerm:
        labelSelector:
          matchExpressions:
          - key: linkerd.io/control-plane-component
            operator: In
            values:
            - {{ $component }}
        topologyKey: kubernetes.io/hostname
      weight: 100
{{- else }}
    requiredDuringSchedulingIgnoredDuringExecution:
    - labelSelector:
        matchExpressions:
        - key: linkerd.io/control-plane-component
          operator: In
          values:
          - {{ $component }}
      topologyKey: kubernetes.io/hostname
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* A disruption budget of a component. Takes (list root component). */}}
{{- define "partials.disruption-budget" -}}
{{- $root := index . 0 }}
{{- $component := index . 1 }}
{{- if $root.Values.enablePodDisruptionBudget }}
---
apiVersion: {{ if $root.Capabilities.APIVersions.Has "policy/v1/PodDisruptionBudget" }}policy/v1{{ else if $root.Capabilities.APIVersions.Has "policy/v1" }}policy/v1{{ else }}policy/v1beta1{{ end }}
kind: PodDisruptionBudget
metadata:
  name: linkerd-{{ $component }}
  namespace: {{ $root.Release.Namespace }}
  annotations:
    {{- include "partials.created-by" $root | nindent 4 }}
  labels:
    {{- include "partials.labels" (list $root $component) | nindent 4 }}
spec:
  maxUnavailable: {{ $root.Values.controller.podDisruptionBudget.maxUnavailable }}
  selector:
    matchLabels:
      linkerd.io/control-plane-component: {{ $component }}
{{- end }}
{{- end }}
