{{/* Requests and limits of a container, or nothing. Takes cpu, memory and ephemeral-storage with request and limit each. */}}
{{- define "partials.resources" -}}
{{- $limits := dict -}}
{{- $requests := dict -}}
{{- range $name := list "cpu" "ephemeral-storage" "memory" -}}
{{- $amount := get ($ | default dict) $name | default dict -}}
{{- with $amount.limit }}{{ $_ := set $limits $name (toString .) }}{{ end -}}
{{- with $amount.request }}{{ $_ := set $requests $name (toString .) }}{{ end -}}
{{- end -}}
{{- $all := dict -}}
{{- with $limits }}{{ $_ := set $all "limits" . }}{{ end -}}
{{- with $requests }}{{ $_ := set $all "requests" . }}{{ end -}}
{{- with $all -}}
resources:
{{ toYaml . | indent 2 }}
{{- end -}}
{{- end }}
