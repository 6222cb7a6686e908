{{/* Where proxies keep their key: memory, so that it never reaches a disk. */}}
{{- define "partials.volumes.end-entity" -}}
- name: linkerd-identity-end-entity
  emptyDir:
    medium: Memory
{{- end }}

{{/* A token that only the identity service takes. */}}
{{- define "partials.volumes.identity-token" -}}
- name: linkerd-identity-token
  projected:
    sources:
    - serviceAccountToken:
        audience: identity.l5d.io
        expirationSeconds: 86400
        path: linkerd-identity-token
{{- end }}

{{/* The lock of iptables. */}}
{{- define "partials.volumes.xtables-lock" -}}
- name: {{ .Values.proxyInit.xtMountPath.name }}
  emptyDir: {}
{{- end }}

{{/* Labels and annotations of the pod, as attributes of its spans. */}}
{{- define "partials.volumes.podinfo" -}}
- name: linkerd-podinfo
  downwardAPI:
    items:
    - fieldRef:
        fieldPath: metadata.labels
      path: labels
    - fieldRef:
        fieldPath: metadata.annotations
      path: annotations
{{- end }}

{{/* What automounting would give, but for the containers that need it alone. */}}
{{- define "partials.volumes.kube-api-access" -}}
- name: kube-api-access
  projected:
    defaultMode: 420
    sources:
    - serviceAccountToken:
        expirationSeconds: 3607
        path: token
    - configMap:
        name: kube-root-ca.crt
        items:
        - key: ca.crt
          path: ca.crt
    - downwardAPI:
        items:
        - fieldRef:
            apiVersion: v1
            fieldPath: metadata.namespace
          path: namespace
{{- end }}

{{- define "partials.mounts.kube-api-access" -}}
- name: kube-api-access
  mountPath: /var/run/secrets/kubernetes.io/serviceaccount
  readOnly: true
{{- end }}

{{/* All volumes that a proxy and its init container need. */}}
{{- define "partials.volumes.proxy" -}}
{{- if not .Values.cniEnabled }}
{{- include "partials.volumes.xtables-lock" . }}
{{ end }}
{{- if .Values.identity.serviceAccountTokenProjection }}
{{- include "partials.volumes.identity-token" . }}
{{ end }}
{{- include "partials.volumes.end-entity" . }}
{{- if .Values.proxy.tracing.enabled }}
{{ include "partials.volumes.podinfo" . }}
{{- end }}
{{- end }}
