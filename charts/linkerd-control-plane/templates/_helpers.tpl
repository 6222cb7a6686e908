{{/* Head of a namespaced object's metadata. Takes (list root component name). */}}
{{- define "linkerd.metadata" -}}
{{- $root := index . 0 -}}
name: {{ index . 2 }}
namespace: {{ $root.Release.Namespace }}
annotations:
  {{- include "partials.created-by" $root | nindent 2 }}
labels:
  {{- include "partials.labels" (list $root (index . 1)) | nindent 2 }}
{{- end }}

{{/* The same of an object without a namespace. */}}
{{- define "linkerd.cluster-metadata" -}}
{{- $root := index . 0 -}}
name: {{ index . 2 }}
annotations:
  {{- include "partials.created-by" $root | nindent 2 }}
labels:
  {{- include "partials.labels" (list $root (index . 1)) | nindent 2 }}
{{- end }}

{{/* A service account. Takes (list root component). */}}
{{- define "linkerd.account" -}}
{{- $root := index . 0 -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "linkerd.metadata" (list $root (index . 1) (printf "linkerd-%s" (index . 1))) | nindent 2 }}
{{- with $root.Values.imagePullSecrets }}
imagePullSecrets:
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Binds a cluster role to the account of a component. Takes (list root component role binding). */}}
{{- define "linkerd.cluster-binding" -}}
{{- $root := index . 0 -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  {{- include "linkerd.cluster-metadata" (list $root (index . 1) (index . 3)) | nindent 2 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: {{ index . 2 }}
subjects:
- kind: ServiceAccount
  name: linkerd-{{ index . 1 }}
  namespace: {{ $root.Release.Namespace }}
{{- end }}

{{/* A Service of a component. Takes (list root component name port target portName headless). */}}
{{- define "linkerd.service" -}}
{{- $root := index . 0 -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ index . 2 }}
  namespace: {{ $root.Release.Namespace }}
  annotations:
    {{- include "partials.created-by" $root | nindent 4 }}
{{- if eq (int (index . 3)) 443 }}
    config.linkerd.io/opaque-ports: "443"
{{- end }}
  labels:
    {{- include "partials.labels" (list $root (index . 1)) | nindent 4 }}
spec:
{{- if index . 6 }}
  clusterIP: None
{{- else }}
  type: ClusterIP
{{- end }}
  selector:
    linkerd.io/control-plane-component: {{ index . 1 }}
  ports:
  - name: {{ index . 5 }}
    port: {{ index . 3 }}
    targetPort: {{ index . 4 }}
{{- end }}

{{/* Head of a Deployment, up to its pods' containers. Takes (list root component opaquePorts podName). */}}
{{- define "linkerd.deployment" -}}
{{- $root := index . 0 -}}
{{- $component := index . 1 -}}
{{- $version := $root.Values.linkerdVersion | default $root.Chart.AppVersion -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: linkerd-{{ $component }}
  namespace: {{ $root.Release.Namespace }}
  annotations:
    {{- include "partials.created-by" $root | nindent 4 }}
  labels:
    app.kubernetes.io/name: {{ $component }}
    app.kubernetes.io/part-of: Linkerd
    app.kubernetes.io/version: {{ $version }}
    {{- include "partials.labels" (list $root $component) | nindent 4 }}
spec:
  replicas: {{ int $root.Values.controllerReplicas }}
  revisionHistoryLimit: {{ int $root.Values.revisionHistoryLimit }}
{{- with $root.Values.deploymentStrategy }}
  strategy:
{{ toYaml . | indent 4 }}
{{- end }}
  selector:
    matchLabels:
      linkerd.io/control-plane-component: {{ $component }}
{{- /* A selector cannot be changed, so each has the labels that it always had. */}}
{{- if ne $component "proxy-injector" }}
      linkerd.io/control-plane-ns: {{ $root.Release.Namespace }}
      linkerd.io/proxy-deployment: linkerd-{{ $component }}
{{- end }}
  template:
    metadata:
      annotations:
        {{- include "partials.created-by" $root | nindent 8 }}
        linkerd.io/proxy-version: {{ $root.Values.proxy.image.version | default $version }}
        linkerd.io/trust-root-sha256: {{ printf "%s\n" (trim $root.Values.identityTrustAnchorsPEM) | sha256sum }}
        cluster-autoscaler.kubernetes.io/safe-to-evict: "true"
        config.linkerd.io/default-inbound-policy: all-unauthenticated
{{- with index . 2 }}
        config.linkerd.io/opaque-ports: {{ . | quote }}
{{- end }}
{{- with $root.Values.podAnnotations }}
{{ toYaml . | indent 8 }}
{{- end }}
      labels:
        {{- include "partials.labels" (list $root $component) | nindent 8 }}
        linkerd.io/workload-ns: {{ $root.Release.Namespace }}
        linkerd.io/proxy-deployment: linkerd-{{ $component }}
{{- with $root.Values.podLabels }}
{{ toYaml . | indent 8 }}
{{- end }}
    spec:
      {{- include "partials.scheduling" $root | indent 6 }}
      {{- include "partials.affinity" (list $root $component) | indent 6 }}
      automountServiceAccountToken: false
      serviceAccountName: linkerd-{{ $component }}
      securityContext:
        seccompProfile:
          type: RuntimeDefault
{{- end }}

{{/* The scope for the proxy of a component, with values of its own. Takes (list root component ports resources). */}}
{{- define "linkerd.proxy-overrides" -}}
{{- $root := index . 0 -}}
{{- $component := index . 1 -}}
component: linkerd-{{ $component }}
podInboundPorts: {{ index . 2 | quote }}
{{- /* Webhook calls and probes come from outside of the cluster's networks too. */}}
defaultInboundPolicy: all-unauthenticated
outboundDiscoveryCacheUnusedTimeout: 5s
inboundDiscoveryCacheUnusedTimeout: 90s
{{- if eq $component "identity" }}
{{- /* Certified by the container beside it, so neither waits for the other; and TLS is demanded without a policy. */}}
await: false
nativeSidecar: false
requireTLSOnInboundPorts: "8080"
{{- else }}
nativeSidecar: {{ and $root.Values.proxy.nativeSidecar (semverCompare ">=1.29.0-0" $root.Capabilities.KubeVersion.Version) }}
{{- end }}
{{- with index . 3 }}
resources:
{{ toYaml . | indent 2 }}
{{- end }}
{{- end }}

{{/* Arguments of every controller, after its name. */}}
{{- define "linkerd.log-args" -}}
- -log-level={{ .Values.controllerLogLevel }}
- -log-format={{ .Values.controllerLogFormat }}
{{- end }}

{{/* Image, probes and security of a controller's container. Takes (list root adminPort livePath resources). */}}
{{- define "linkerd.container" -}}
{{- $root := index . 0 -}}
image: {{ include "partials.image" (list $root $root.Values.controllerImage $root.Values.controllerImageVersion) }}
imagePullPolicy: {{ $root.Values.imagePullPolicy }}
livenessProbe:
  httpGet:
    path: {{ index . 2 }}
    port: {{ index . 1 }}
  initialDelaySeconds: 10
  timeoutSeconds: 1
readinessProbe:
  failureThreshold: 7
  httpGet:
    path: /ready
    port: {{ index . 1 }}
  periodSeconds: {{ int $root.Values.controllerReadinessPeriodSeconds }}
  timeoutSeconds: 1
{{- with include "partials.resources" (index . 3) }}
{{ . }}
{{- end }}
securityContext:
  allowPrivilegeEscalation: false
  capabilities:
    drop:
    - ALL
  readOnlyRootFilesystem: true
{{- if ge (int64 $root.Values.controllerGID) 0 }}
  runAsGroup: {{ int64 $root.Values.controllerGID }}
{{- end }}
  runAsNonRoot: true
  runAsUser: {{ int64 $root.Values.controllerUID }}
  seccompProfile:
    type: RuntimeDefault
{{- end }}

{{/* The rest of a pod's annotations of cert-manager. Takes the values of a webhook. */}}
{{- define "linkerd.inject-ca" -}}
{{- with .injectCaFrom }}
cert-manager.io/inject-ca-from: {{ . }}
{{- end }}
{{- with .injectCaFromSecret }}
cert-manager.io/inject-ca-from-secret: {{ . }}
{{- end }}
{{- end }}

{{/*
A webhook's certificate as YAML: cert, key and ca. What is not given is generated; so it is included once, and its result
used for both the Secret and the configuration. Takes (list root service values).
*/}}
{{- define "linkerd.webhook-certificate" -}}
{{- $root := index . 0 -}}
{{- $values := index . 2 -}}
{{- if and (empty $values.crtPEM) (not $values.externalSecret) }}
{{- $host := printf "%s.%s.svc" (index . 1) $root.Release.Namespace }}
{{- $generated := genSelfSignedCert $host (list) (list $host) 365 }}
{{- toYaml (dict "cert" $generated.Cert "key" $generated.Key "ca" $generated.Cert) }}{{ "\n" }}
{{- else }}
{{- if and (empty $values.caBundle) (empty $values.crtPEM) (empty $values.injectCaFrom) (empty $values.injectCaFromSecret) }}
{{- fail (printf "the certificate of %s is somebody else's (externalSecret), so caBundle, injectCaFrom or injectCaFromSecret must be set" (index . 1)) }}
{{- end }}
{{- toYaml (dict "cert" (printf "%s\n" (trim $values.crtPEM)) "key" (printf "%s\n" (trim $values.keyPEM)) "ca" (printf "%s\n" (trim ($values.caBundle | default $values.crtPEM)))) }}{{ "\n" }}
{{- end }}
{{- end }}

{{/* The Secret of a webhook. Takes (list root component name certificate). */}}
{{- define "linkerd.webhook-secret" -}}
apiVersion: v1
kind: Secret
metadata:
  {{- include "linkerd.metadata" (list (index . 0) (index . 1) (index . 2)) | nindent 2 }}
type: kubernetes.io/tls
data:
  tls.crt: {{ index . 3 "cert" | b64enc }}
  tls.key: {{ index . 3 "key" | b64enc }}
{{- end }}
