using System.Text.Json.Nodes;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Api;

/// <summary>Defaults and faults of pod specifications, in pods and in templates.</summary>
internal static class PodSpecs
{
    private static readonly string[] Handlers = ["exec", "httpGet", "tcpSocket", "grpc"];

    public static void Default(JsonObject spec)
    {
        spec.Default("restartPolicy", "Always");
        spec.Default("terminationGracePeriodSeconds", 30);
        spec.Default("dnsPolicy", "ClusterFirst");
        if (spec.Str("serviceAccountName") is { Length: > 0 } account) spec["serviceAccount"] = account;
        else if (spec.Str("serviceAccount") is { Length: > 0 } old) spec["serviceAccountName"] = old;
        spec.Child("securityContext");
        spec.Default("schedulerName", "default-scheduler");
        foreach (var container in Containers(spec)) DefaultContainer(container, spec.Bool("hostNetwork") == true);
        foreach (var volume in spec.Arr("volumes").Objects()) DefaultVolume(volume);
    }

    public static IEnumerable<JsonObject> Containers(JsonObject? spec) =>
        spec.Arr("initContainers").Objects().Concat(spec.Arr("containers").Objects()).Concat(spec.Arr("ephemeralContainers").Objects());

    public static void Validate(JsonObject spec, string path, List<FieldError> errors)
    {
        if (spec.Arr("containers") is not { Count: > 0 }) errors.Add(FieldError.Required($"{path}.containers"));
        var names = new HashSet<string>();
        foreach (var list in (ReadOnlySpan<string>)["initContainers", "containers", "ephemeralContainers"])
            foreach (var (index, container) in spec.Arr(list).Objects().Index())
                ValidateContainer(container, $"{path}.{list}[{index}]", spec, names, errors);
        Choice(spec, "restartPolicy", path, errors, "Always", "OnFailure", "Never");
        Choice(spec, "dnsPolicy", path, errors, "ClusterFirst", "ClusterFirstWithHostNet", "Default", "None");
        if (spec.Long("terminationGracePeriodSeconds") is < 0)
            errors.Add(FieldError.Invalid($"{path}.terminationGracePeriodSeconds", spec.Long("terminationGracePeriodSeconds").ToString()!, "must be greater than or equal to 0"));
        var volumes = new HashSet<string>();
        foreach (var (index, volume) in spec.Arr("volumes").Objects().Index())
        {
            var name = volume.Str("name") ?? "";
            if (name.Length == 0) errors.Add(FieldError.Required($"{path}.volumes[{index}].name"));
            else if (Names.Fault(name, NameRule.Label) is { } fault) errors.Add(FieldError.InvalidText($"{path}.volumes[{index}].name", name, fault));
            else if (!volumes.Add(name)) errors.Add(FieldError.Duplicate($"{path}.volumes[{index}].name", name));
            VolumePaths.Validate(volume, $"{path}.volumes[{index}]", errors);
        }
    }

    private static void DefaultContainer(JsonObject container, bool hostNetwork)
    {
        container.Default("terminationMessagePath", "/dev/termination-log");
        container.Default("terminationMessagePolicy", "File");
        if (container["imagePullPolicy"] is null && container.Str("image") is { } image) container["imagePullPolicy"] = IsLatest(image) ? "Always" : "IfNotPresent";
        container.Child("resources");
        foreach (var port in container.Arr("ports").Objects())
        {
            port.Default("protocol", "TCP");
            if (hostNetwork && port["hostPort"] is null && port.Long("containerPort") is { } number) port["hostPort"] = JsonValue.Create(number);
        }
        foreach (var probe in (ReadOnlySpan<string>)["livenessProbe", "readinessProbe", "startupProbe"])
            if (container.Obj(probe) is { } node) DefaultProbe(node);
        foreach (var hook in (ReadOnlySpan<string>)["postStart", "preStop"])
            DefaultHttpGet(container.Obj("lifecycle").Obj(hook).Obj("httpGet"));
        foreach (var variable in container.Arr("env").Objects())
            variable.Obj("valueFrom").Obj("fieldRef")?.Default("apiVersion", "v1");
        if (container.Obj("resources") is { } resources && resources.Obj("limits") is { } limits)
            foreach (var (name, value) in limits)
                if (resources.Child("requests")[name] is null) resources.Child("requests")[name] = value.Copy();
    }

    private static void DefaultProbe(JsonObject probe)
    {
        probe.Default("timeoutSeconds", 1);
        probe.Default("periodSeconds", 10);
        probe.Default("successThreshold", 1);
        probe.Default("failureThreshold", 3);
        DefaultHttpGet(probe.Obj("httpGet"));
        probe.Obj("grpc")?.Default("service", "");
    }

    private static void DefaultHttpGet(JsonObject? get)
    {
        if (get is null) return;
        get.Default("path", "/");
        get.Default("scheme", "HTTP");
    }

    private static void DefaultVolume(JsonObject volume)
    {
        if (volume.All(p => p.Key == "name")) volume["emptyDir"] = new JsonObject();
        foreach (var kind in (ReadOnlySpan<string>)["secret", "configMap", "downwardAPI", "projected"])
            if (volume.Obj(kind) is { } source) source.Default("defaultMode", 420);
        volume.Obj("hostPath")?.Default("type", "");
        foreach (var item in volume.Obj("downwardAPI").Arr("items").Objects()) item.Obj("fieldRef")?.Default("apiVersion", "v1");
        foreach (var source in volume.Obj("projected").Arr("sources").Objects())
        {
            source.Obj("serviceAccountToken")?.Default("expirationSeconds", 3600);
            foreach (var item in source.Obj("downwardAPI").Arr("items").Objects()) item.Obj("fieldRef")?.Default("apiVersion", "v1");
        }
    }

    private static bool IsLatest(string image)
    {
        if (image.Contains('@')) return false;
        var last = image[(image.LastIndexOf('/') + 1)..];
        var colon = last.IndexOf(':');
        return colon < 0 || last[colon..] == ":latest";
    }

    private static void ValidateContainer(JsonObject container, string path, JsonObject spec, HashSet<string> names, List<FieldError> errors)
    {
        var name = container.Str("name") ?? "";
        if (name.Length == 0) errors.Add(FieldError.Required($"{path}.name"));
        else if (Names.Fault(name, NameRule.Label) is { } fault) errors.Add(FieldError.InvalidText($"{path}.name", name, fault));
        else if (!names.Add(name)) errors.Add(FieldError.Duplicate($"{path}.name", name));
        if (string.IsNullOrEmpty(container.Str("image"))) errors.Add(FieldError.Required($"{path}.image"));
        Choice(container, "imagePullPolicy", path, errors, "Always", "IfNotPresent", "Never");
        ValidatePorts(container, path, errors);
        foreach (var (index, variable) in container.Arr("env").Objects().Index())
        {
            if (string.IsNullOrEmpty(variable.Str("name"))) errors.Add(FieldError.Required($"{path}.env[{index}].name"));
            if (variable.Str("value") is { Length: > 0 } && variable["valueFrom"] is JsonObject)
                errors.Add(FieldError.Invalid($"{path}.env[{index}].valueFrom", "\"\"", "may not be specified when `value` is not empty"));
        }
        foreach (var (index, mount) in container.Arr("volumeMounts").Objects().Index())
        {
            var volume = mount.Str("name");
            if (!spec.Arr("volumes").Objects().Any(v => v.Str("name") == volume) && !IsClaimTemplate(spec, volume))
                errors.Add(FieldError.NotFound($"{path}.volumeMounts[{index}].name", volume));
            if (string.IsNullOrEmpty(mount.Str("mountPath"))) errors.Add(FieldError.Required($"{path}.volumeMounts[{index}].mountPath"));
            VolumePaths.ValidateMount(mount, $"{path}.volumeMounts[{index}]", errors);
        }
        foreach (var kind in (ReadOnlySpan<string>)["livenessProbe", "readinessProbe", "startupProbe"])
            if (container.Obj(kind) is { } probe && !Handlers.Any(h => probe[h] is JsonObject))
                errors.Add(FieldError.Required($"{path}.{kind}", "must specify a handler type"));
        var requests = container.Obj("resources").Obj("requests");
        foreach (var (resource, limit) in container.Obj("resources").Obj("limits") ?? [])
            if (requests.Str(resource) is { } request && Quantity.TryParse(request, out var least) && Quantity.TryParse(limit.AsString() ?? "", out var most) && least > most)
                errors.Add(FieldError.InvalidText($"{path}.resources.requests", request, $"must be less than or equal to {resource} limit"));
    }

    // The volumes of a StatefulSet's claim templates are added by its controller, so its pod template may name them already.
    private static bool IsClaimTemplate(JsonObject spec, string? volume) =>
        volume is not null && (spec.Parent?.Parent as JsonObject).Arr("volumeClaimTemplates").Objects().Any(t => Metadata.Name(t) == volume);

    private static void ValidatePorts(JsonObject container, string path, List<FieldError> errors)
    {
        var seen = new HashSet<string>();
        foreach (var (index, port) in container.Arr("ports").Objects().Index())
        {
            if (port.Long("containerPort") is not { } number) errors.Add(FieldError.Required($"{path}.ports[{index}].containerPort"));
            else if (number is < 1 or > 65535) errors.Add(FieldError.Invalid($"{path}.ports[{index}].containerPort", number.ToString(), "must be between 1 and 65535, inclusive"));
            Choice(port, "protocol", $"{path}.ports[{index}]", errors, "SCTP", "TCP", "UDP");
            if (port.Str("name") is not { Length: > 0 } name) continue;
            if (name.Length > 15) errors.Add(FieldError.InvalidText($"{path}.ports[{index}].name", name, "must be no more than 15 characters"));
            else if (!seen.Add(name)) errors.Add(FieldError.Duplicate($"{path}.ports[{index}].name", name));
        }
    }

    private static void Choice(JsonObject node, string name, string path, List<FieldError> errors, params string[] values)
    {
        if (node.Str(name) is { } value && !values.Contains(value)) errors.Add(FieldError.Unsupported($"{path}.{name}", value, values));
    }
}
