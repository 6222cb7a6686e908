{{/*
linkerd-proxy of a control-plane pod. It takes the chart's scope with a copy of its values, in which .Values.proxy has also:
component (the Deployment's name), podInboundPorts, nativeSidecar as the cluster allows it, and await.
*/}}
{{- define "partials.proxy" -}}
{{- $proxy := .Values.proxy -}}
env:
{{ include "partials.proxy.env" . }}
image: {{ include "partials.image" (list . $proxy.image.name $proxy.image.version) }}
imagePullPolicy: {{ $proxy.image.pullPolicy | default .Values.imagePullPolicy }}
{{- if and $proxy.await (not $proxy.nativeSidecar) }}
lifecycle:
  postStart:
    exec:
      command:
      - /usr/lib/linkerd/linkerd-await
      - --timeout=2m
      - --port={{ int $proxy.ports.admin }}
{{- end }}
livenessProbe:
  httpGet:
    path: /live
    port: {{ int $proxy.ports.admin }}
  initialDelaySeconds: {{ int $proxy.livenessProbe.initialDelaySeconds }}
  timeoutSeconds: {{ int $proxy.livenessProbe.timeoutSeconds }}
name: linkerd-proxy
ports:
- containerPort: {{ int $proxy.ports.inbound }}
  name: linkerd-proxy
- containerPort: {{ int $proxy.ports.admin }}
  name: linkerd-admin
readinessProbe:
  httpGet:
    path: /ready
    port: {{ int $proxy.ports.admin }}
  initialDelaySeconds: {{ int $proxy.readinessProbe.initialDelaySeconds }}
  timeoutSeconds: {{ int $proxy.readinessProbe.timeoutSeconds }}
{{- with include "partials.resources" $proxy.resources }}
{{ . }}
{{- end }}
{{- if $proxy.nativeSidecar }}
restartPolicy: Always
{{- end }}
securityContext:
{{- with $proxy.securityContext }}
{{ toYaml . | indent 2 }}
{{- else }}
  allowPrivilegeEscalation: false
  capabilities:
    drop:
    - ALL
  readOnlyRootFilesystem: true
{{- if ge (int64 $proxy.gid) 0 }}
  runAsGroup: {{ int64 $proxy.gid }}
{{- end }}
  runAsNonRoot: true
  runAsUser: {{ int64 $proxy.uid }}
  seccompProfile:
    type: RuntimeDefault
{{- end }}
{{- if and $proxy.await $proxy.nativeSidecar }}
startupProbe:
  failureThreshold: {{ int $proxy.startupProbe.failureThreshold }}
  httpGet:
    path: /ready
    port: {{ int $proxy.ports.admin }}
  initialDelaySeconds: {{ int $proxy.startupProbe.initialDelaySeconds }}
  periodSeconds: {{ int $proxy.startupProbe.periodSeconds }}
{{- end }}
terminationMessagePolicy: FallbackToLogsOnError
volumeMounts:
- mountPath: /var/run/linkerd/identity/end-entity
  name: linkerd-identity-end-entity
{{- if $proxy.tracing.enabled }}
- mountPath: /var/run/linkerd/podinfo
  name: linkerd-podinfo
{{- end }}
{{- if .Values.identity.serviceAccountTokenProjection }}
- mountPath: /var/run/secrets/tokens
  name: linkerd-identity-token
{{- end }}
{{- end }}
