{{/* Labels of an object of a component. Takes (list root component). */}}
{{- define "viz.labels" -}}
{{- $root := index . 0 -}}
linkerd.io/extension: viz
{{- with index . 1 }}
component: {{ . }}
{{- end }}
{{- with $root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Metadata of an object. Takes (list root component name namespaced). */}}
{{- define "viz.metadata" -}}
{{- $root := index . 0 -}}
metadata:
  name: {{ index . 2 }}
{{- if index . 3 }}
  namespace: {{ $root.Release.Namespace }}
{{- end }}
  annotations:
    {{- include "partials.created-by" $root | nindent 4 }}
  labels:
    {{- include "viz.labels" (list $root (index . 1)) | nindent 4 }}
{{- end }}

{{/* The service account of a component. Takes (list root component). */}}
{{- define "viz.account" -}}
apiVersion: v1
kind: ServiceAccount
{{ include "viz.metadata" (list (index . 0) (index . 1) (index . 1) true) }}
{{- include "partials.image-pull-secrets" (index . 0) }}
{{- end }}

{{/* Binds a cluster role to the account of a component. Takes (list root component role binding). */}}
{{- define "viz.cluster-binding" -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
{{ include "viz.metadata" (list (index . 0) (index . 1) (index . 3) false) }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: {{ index . 2 }}
subjects:
- kind: ServiceAccount
  name: {{ index . 1 }}
  namespace: {{ (index . 0).Release.Namespace }}
{{- end }}

{{/* Rules for reading pods, what owns them, Services and namespaces. */}}
{{- define "viz.rules.workloads" -}}
- apiGroups: [""]
  resources: [pods, services, endpoints, namespaces, replicationcontrollers]
  verbs: [list, get, watch]
- apiGroups: [extensions, apps]
  resources: [deployments, replicasets, daemonsets, statefulsets]
  verbs: [list, get, watch]
- apiGroups: [extensions, batch]
  resources: [cronjobs, jobs]
  verbs: [list, get, watch]
{{- end }}

{{/* Rules for reading profiles, policies, routes, splits and links. */}}
{{- define "viz.rules.mesh" -}}
- apiGroups: [linkerd.io]
  resources: [serviceprofiles]
  verbs: [list, get, watch]
- apiGroups: [policy.linkerd.io]
  resources: [servers, serverauthorizations, authorizationpolicies, meshtlsauthentications, networkauthentications, httproutes, httplocalratelimitpolicies]
  verbs: [list, get]
- apiGroups: [gateway.networking.k8s.io]
  resources: [httproutes, grpcroutes]
  verbs: [list, get]
- apiGroups: [split.smi-spec.io]
  resources: [trafficsplits]
  verbs: [list, get]
- apiGroups: [multicluster.linkerd.io]
  resources: [links]
  verbs: [list, get]
{{- end }}

{{/* The Service of a component. Takes (list root component values ports); ports is a list of (list name port target). */}}
{{- define "viz.service" -}}
{{- $root := index . 0 -}}
{{- $service := (index . 2).service | default dict -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ index . 1 }}
  namespace: {{ $root.Release.Namespace }}
  annotations:
    {{- include "partials.created-by" $root | nindent 4 }}
    linkerd.io/inject: enabled
{{- with $service.annotations }}
{{ toYaml . | indent 4 }}
{{- end }}
  labels:
    {{- include "viz.labels" (list $root (index . 1)) | nindent 4 }}
{{- with $service.labels }}
{{ toYaml . | indent 4 }}
{{- end }}
spec:
  type: ClusterIP
  selector:
    linkerd.io/extension: viz
    component: {{ index . 1 }}
  ports:
{{- range index . 3 }}
  - name: {{ index . 0 }}
    port: {{ index . 1 }}
    targetPort: {{ index . 2 }}
{{- end }}
{{- end }}

{{/* Annotations that give a pod's proxy resources of its own. Takes the values of a component. */}}
{{- define "viz.proxy-annotations" -}}
{{- $resources := (.proxy | default dict).resources | default dict -}}
{{- range $name := list "cpu" "ephemeral-storage" "memory" }}
{{- $amount := get $resources $name | default dict }}
{{- with $amount.limit }}
config.linkerd.io/proxy-{{ $name }}-limit: {{ . | quote }}
{{- end }}
{{- with $amount.request }}
config.linkerd.io/proxy-{{ $name }}-request: {{ . | quote }}
{{- end }}
{{- end }}
{{- end }}

{{/* Keeps the replicas of a component on different nodes. Takes (list root component). */}}
{{- define "viz.affinity" -}}
{{- $root := index . 0 }}
{{- $policy := $root.Values.podAntiAffinityPolicy | default "preferred" }}
{{- if not (has $policy (list "required" "preferred")) }}
{{- fail (printf "podAntiAffinityPolicy must be required or preferred, not %s" $policy) }}
{{- end }}
{{- if or $root.Values.enablePodAntiAffinity $root.Values.nodeAffinity }}
affinity:
{{- with $root.Values.nodeAffinity }}
  nodeAffinity:
{{ toYaml . | indent 4 }}
{{- end }}
{{- if $root.Values.enablePodAntiAffinity }}
  podAntiAffinity:
{{- if eq $policy "required" }}
    requiredDuringSchedulingIgnoredDuringExecution:
    - labelSelector:
        matchLabels:
          linkerd.io/extension: viz
          component: {{ index . 1 }}
      topologyKey: kubernetes.io/hostname
{{- else }}
    preferredDuringSchedulingIgnoredDuringExecution:
    - podAffinityTerm:
        labelSelector:
          matchLabels:
            linkerd.io/extension: viz
            component: {{ index . 1 }}
        topologyKey: kubernetes.io/hostname
      weight: 100
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/*
Head of a Deployment, up to its pods' containers. Takes (list root component values replicas); values may have nodeSelector,
tolerations, podAnnotations and strategy of their own.
*/}}
{{- define "viz.deployment" -}}
{{- $root := index . 0 -}}
{{- $component := index . 1 -}}
{{- $values := index . 2 -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $component }}
  namespace: {{ $root.Release.Namespace }}
  annotations:
    {{- include "partials.created-by" $root | nindent 4 }}
  labels:
    app.kubernetes.io/name: {{ $component }}
    app.kubernetes.io/part-of: Linkerd
    app.kubernetes.io/version: {{ $root.Values.linkerdVersion | default $root.Chart.AppVersion }}
    {{- include "viz.labels" (list $root $component) | nindent 4 }}
spec:
  replicas: {{ int (index . 3) }}
  revisionHistoryLimit: {{ int $root.Values.revisionHistoryLimit }}
{{- with $values.strategy }}
  strategy:
{{ toYaml . | indent 4 }}
{{- end }}
  selector:
    matchLabels:
{{- /* A selector cannot be changed, so each has the labels that it always had. */}}
      component: {{ $component }}
{{- if ne $component "tap-injector" }}
      linkerd.io/extension: viz
{{- end }}
{{- if has $component (list "prometheus" "tap" "web") }}
      namespace: {{ $root.Release.Namespace }}
{{- end }}
  template:
    metadata:
      annotations:
        {{- include "partials.created-by" $root | nindent 8 }}
        linkerd.io/inject: enabled
        config.alpha.linkerd.io/proxy-wait-before-exit-seconds: "0"
        cluster-autoscaler.kubernetes.io/safe-to-evict: "true"
        {{- include "viz.proxy-annotations" $values | indent 8 }}
{{- with $root.Values.podAnnotations }}
{{ toYaml . | indent 8 }}
{{- end }}
{{- with $values.podAnnotations }}
{{ toYaml . | indent 8 }}
{{- end }}
      labels:
        {{- include "viz.labels" (list $root $component) | nindent 8 }}
        namespace: {{ $root.Release.Namespace }}
{{- with $root.Values.podLabels }}
{{ toYaml . | indent 8 }}
{{- end }}
    spec:
{{- with ternary $values.nodeSelector $root.Values.nodeSelector (hasKey $values "nodeSelector") }}
      nodeSelector:
{{ toYaml . | indent 8 }}
{{- end }}
{{- with ternary $values.tolerations $root.Values.tolerations (hasKey $values "tolerations") }}
      tolerations:
{{ toYaml . | indent 6 }}
{{- end }}
      {{- include "viz.affinity" (list $root $component) | indent 6 }}
      automountServiceAccountToken: false
      serviceAccountName: {{ $component }}
      securityContext:
        seccompProfile:
          type: RuntimeDefault
{{- if eq $component "prometheus" }}
        fsGroup: 65534
{{- end }}
{{- end }}

{{/* An image. Takes (list root image), where image has registry, name and tag. */}}
{{- define "viz.image" -}}
{{- $root := index . 0 -}}
{{- $image := index . 1 -}}
{{ $image.registry | default $root.Values.defaultRegistry }}/{{ $image.name }}:{{ $image.tag | default $root.Values.linkerdVersion | default $root.Chart.AppVersion }}
{{- end }}

{{/* Arguments of every component, after its name. Takes (list root values). */}}
{{- define "viz.log-args" -}}
{{- $root := index . 0 -}}
- -log-level={{ (index . 1).logLevel | default $root.Values.defaultLogLevel }}
- -log-format={{ (index . 1).logFormat | default $root.Values.defaultLogFormat }}
{{- end }}

{{/* Image, probes and security of a component's container. Takes (list root values adminPort). */}}
{{- define "viz.container" -}}
{{- $root := index . 0 -}}
{{- $values := index . 1 -}}
image: {{ include "viz.image" (list $root $values.image) }}
imagePullPolicy: {{ $values.image.pullPolicy | default $root.Values.defaultImagePullPolicy }}
livenessProbe:
  httpGet:
    path: /ping
    port: {{ index . 2 }}
  initialDelaySeconds: 10
  timeoutSeconds: 5
readinessProbe:
  failureThreshold: 7
  httpGet:
    path: /ready
    port: {{ index . 2 }}
  timeoutSeconds: 1
{{- with include "partials.resources" $values.resources }}
{{ . }}
{{- end }}
securityContext:
  allowPrivilegeEscalation: false
  capabilities:
    drop:
    - ALL
  readOnlyRootFilesystem: true
  runAsGroup: {{ $values.GID | default $root.Values.defaultGID | int64 }}
  runAsNonRoot: true
  runAsUser: {{ $values.UID | default $root.Values.defaultUID | int64 }}
  seccompProfile:
    type: RuntimeDefault
{{- end }}

{{/* A disruption budget of a component with several replicas. Takes (list root component replicas). */}}
{{- define "viz.disruption-budget" -}}
{{- $root := index . 0 }}
{{- if and $root.Values.enablePodDisruptionBudget (gt (int (index . 2)) 1) }}
---
apiVersion: {{ if or ($root.Capabilities.APIVersions.Has "policy/v1/PodDisruptionBudget") ($root.Capabilities.APIVersions.Has "policy/v1") }}policy/v1{{ else }}policy/v1beta1{{ end }}
kind: PodDisruptionBudget
{{ include "viz.metadata" (list $root (index . 1) (index . 1) true) }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      linkerd.io/extension: viz
      component: {{ index . 1 }}
{{- end }}
{{- end }}

{{/*
A certificate as YAML: cert, key and ca. What is not given is generated; so it is included once, and its result used for both
the Secret and whoever verifies it. Takes (list root service values).
*/}}
{{- define "viz.certificate" -}}
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

{{/* The Secret of a certificate. Takes (list root component name certificate). */}}
{{- define "viz.certificate-secret" -}}
apiVersion: v1
kind: Secret
{{ include "viz.metadata" (list (index . 0) (index . 1) (index . 2) true) }}
type: kubernetes.io/tls
data:
  tls.crt: {{ index . 3 "cert" | b64enc }}
  tls.key: {{ index . 3 "key" | b64enc }}
{{- end }}

{{/* Annotations by which cert-manager fills in a caBundle. Takes the values of a component. */}}
{{- define "viz.inject-ca" -}}
{{- with .injectCaFrom }}
cert-manager.io/inject-ca-from: {{ . }}
{{- end }}
{{- with .injectCaFromSecret }}
cert-manager.io/inject-ca-from-secret: {{ . }}
{{- end }}
{{- end }}

{{/* A Server: a port of a component, and what is spoken on it. Takes (list root component name port protocol). */}}
{{- define "viz.server" -}}
apiVersion: policy.linkerd.io/v1beta3
kind: Server
{{ include "viz.metadata" (list (index . 0) (index . 1) (index . 2) true) }}
spec:
  podSelector:
    matchLabels:
      linkerd.io/extension: viz
      component: {{ index . 1 }}
  port: {{ index . 3 }}
  proxyProtocol: {{ index . 4 }}
{{- end }}

{{/* Who may use a Server. Takes (list root component name server kind authentication). */}}
{{- define "viz.authorization" -}}
apiVersion: policy.linkerd.io/v1alpha1
kind: AuthorizationPolicy
{{ include "viz.metadata" (list (index . 0) (index . 1) (index . 2) true) }}
spec:
  targetRef:
    group: policy.linkerd.io
    kind: Server
    name: {{ index . 3 }}
  requiredAuthenticationRefs:
  - group: policy.linkerd.io
    kind: {{ index . 4 }}
    name: {{ index . 5 }}
{{- end }}

{{/* The accounts of an authentication. Takes (list root component name accounts). */}}
{{- define "viz.mesh-authentication" -}}
apiVersion: policy.linkerd.io/v1alpha1
kind: MeshTLSAuthentication
{{ include "viz.metadata" (list (index . 0) (index . 1) (index . 2) true) }}
spec:
  identityRefs:
{{- range index . 3 }}
  - kind: ServiceAccount
    name: {{ . }}
{{- end }}
{{- end }}

{{/* Every network: the API server and the kubelet call from wherever they are. Takes (list root name). */}}
{{- define "viz.any-network" -}}
apiVersion: policy.linkerd.io/v1alpha1
kind: NetworkAuthentication
{{ include "viz.metadata" (list (index . 0) "" (index . 1) true) }}
spec:
  networks:
  - cidr: 0.0.0.0/0
  - cidr: ::/0
{{- end }}
