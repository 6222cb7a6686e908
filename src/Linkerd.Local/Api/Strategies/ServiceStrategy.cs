using System.Net.Sockets;
using System.Text.Json.Nodes;
using Linkerd.Local.Auth;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Api;

/// <summary>Services: addresses and node ports from the server's ranges, and the defaults that depend on the type.</summary>
internal sealed class ServiceStrategy(ServiceAddresses addresses) : ResourceStrategy
{
    public override NameRule NameRule => NameRule.ServiceLabel;

    public override bool AllowsUnconditionalUpdate => false;

    public override void Default(JsonObject node)
    {
        var spec = node.Child("spec");
        spec.Default("sessionAffinity", "None");
        spec.Default("type", "ClusterIP");
        if (spec.Str("sessionAffinity") == "ClientIP") spec.Child("sessionAffinityConfig").Child("clientIP").Default("timeoutSeconds", 10800);
        foreach (var port in spec.Arr("ports").Objects())
        {
            port.Default("protocol", "TCP");
            if (port["targetPort"] is null or JsonValue && port["targetPort"].AsString() is "" or null && port["targetPort"].AsLong() is null or 0)
                port["targetPort"] = port["port"].Copy();
        }
        if (spec.Str("type") is "NodePort" or "LoadBalancer")
        {
            spec.Default("externalTrafficPolicy", "Cluster");
            if (spec.Str("type") == "LoadBalancer") spec.Default("allocateLoadBalancerNodePorts", true);
        }
        if (spec.Str("type") == "ExternalName") return;
        spec.Default("internalTrafficPolicy", "Cluster");
        spec.Default("ipFamilyPolicy", "SingleStack");
        if (spec["ipFamilies"] is null) spec["ipFamilies"] = Json.ArrayOf(["IPv4"]);
    }

    public override void PrepareCreate(JsonObject node) => node["status"] = new JsonObject { ["loadBalancer"] = new JsonObject() };

    public override void PrepareUpdate(JsonObject node, JsonObject old)
    {
        var spec = node.Child("spec");
        var before = old.Obj("spec")!;
        if (spec.Str("type") != "ExternalName" && string.IsNullOrEmpty(spec.Str("clusterIP")) && before.Str("type") != "ExternalName" && before["clusterIP"] is { } address)
        {
            spec["clusterIP"] = address.DeepClone();
            spec["clusterIPs"] = before["clusterIPs"].Copy();
        }
        if (spec.Str("type") is "NodePort" or "LoadBalancer")
        {
            foreach (var port in spec.Arr("ports").Objects().Where(p => p["nodePort"] is null))
            {
                var same = before.Arr("ports").Objects().FirstOrDefault(p => JsonNode.DeepEquals(p["port"], port["port"]) && p.Str("protocol") == port.Str("protocol"));
                if (same?["nodePort"] is { } kept) port["nodePort"] = kept.DeepClone();
            }
        }
        else if (before.Str("type") is "NodePort" or "LoadBalancer")
        {
            foreach (var port in spec.Arr("ports").Objects())
                if (before.Arr("ports").Objects().Any(p => JsonNode.DeepEquals(p["nodePort"], port["nodePort"]))) port.Remove("nodePort");
            spec.Remove("externalTrafficPolicy");
        }
        if (spec.Str("type") != "ExternalName") return;
        spec.Remove("clusterIP");
        spec.Remove("clusterIPs");
    }

    public override void Validate(JsonObject node, JsonObject? old, List<FieldError> errors)
    {
        var spec = node.Child("spec");
        var type = spec.Str("type");
        if (type is not ("ClusterIP" or "NodePort" or "LoadBalancer" or "ExternalName")) errors.Add(FieldError.Unsupported("spec.type", type, "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"));
        if (type == "ExternalName" && string.IsNullOrEmpty(spec.Str("externalName"))) errors.Add(FieldError.Required("spec.externalName"));
        var headless = spec.Str("clusterIP") == "None";
        if (headless && type is "NodePort" or "LoadBalancer" && spec.Str("clusterIP") == "None") errors.Add(FieldError.InvalidText("spec.clusterIPs[0]", "None", $"may not be set to 'None' for {type} services"));
        if (spec.Arr("ports") is not { Count: > 0 } && type != "ExternalName" && !headless) errors.Add(FieldError.Required("spec.ports"));
        ValidatePorts(spec, errors);
        Choice(spec, "sessionAffinity", errors, "ClientIP", "None");
        var before = old.Obj("spec");
        if (before is not null && before.Str("type") != "ExternalName" && type != "ExternalName" && !string.IsNullOrEmpty(before.Str("clusterIP")) && spec.Str("clusterIP") != before.Str("clusterIP"))
            errors.Add(FieldError.Invalid("spec.clusterIPs[0]", $"[]string{{\"{spec.Str("clusterIP")}\"}}", "may not change once set"));
    }

    public override void Allocate(JsonObject node, JsonObject? old, List<FieldError> errors)
    {
        var reserved = new List<Action>();
        AllocateAll(node.Child("spec"), old.Obj("spec"), reserved, errors);
        if (errors.Count == 0) return;
        // Refused as a whole: what it was given already must not stay taken.
        foreach (var giveBack in reserved) giveBack();
    }

    private void AllocateAll(JsonObject spec, JsonObject? before, List<Action> reserved, List<FieldError> errors)
    {
        if (spec.Str("type") != "ExternalName" && spec.Str("clusterIP") is var address && address != "None" && (string.IsNullOrEmpty(address) || address != before.Str("clusterIP")))
            AllocateAddress(spec, address, reserved, errors);
        if (spec.Str("clusterIP") is { Length: > 0 } set) spec["clusterIPs"] = Json.ArrayOf([set]);
        if (spec.Str("type") is not ("NodePort" or "LoadBalancer")) return;
        var kept = Ports(before).ToHashSet();
        foreach (var (index, port) in spec.Arr("ports").Objects().Index())
        {
            if (port.Long("nodePort") is { } asked and not 0)
            {
                if (kept.Contains(asked)) continue;
                if (!addresses.InPortRange(asked)) errors.Add(FieldError.Invalid($"spec.ports[{index}].nodePort", asked.ToString(), "provided port is not in the valid range"));
                else if (addresses.TryReservePort(asked)) reserved.Add(() => addresses.ReleasePort(asked));
                else errors.Add(FieldError.Invalid($"spec.ports[{index}].nodePort", asked.ToString(), "provided port is already allocated"));
            }
            else if (addresses.ReservePort() is { } free)
            {
                reserved.Add(() => addresses.ReleasePort(free));
                port["nodePort"] = JsonValue.Create(free);
            }
            else
            {
                errors.Add(FieldError.Forbidden($"spec.ports[{index}].nodePort", "range is full"));
            }
        }
    }

    public override void Release(JsonObject node) => ReleaseDifference(node, null);

    public override void ReleaseDifference(JsonObject node, JsonObject? kept)
    {
        var spec = node.Obj("spec");
        if (spec.Str("clusterIP") is { Length: > 0 } address && address != "None" && address != kept.Obj("spec").Str("clusterIP")) addresses.Release(address);
        var stays = Ports(kept.Obj("spec")).ToHashSet();
        foreach (var port in Ports(spec).Where(p => !stays.Contains(p))) addresses.ReleasePort(port);
    }

    private void AllocateAddress(JsonObject spec, string? address, List<Action> reserved, List<FieldError> errors)
    {
        if (string.IsNullOrEmpty(address))
        {
            if (addresses.Reserve() is not { } free)
            {
                errors.Add(FieldError.Forbidden("spec.clusterIP", "the range of Service addresses is used up"));
                return;
            }
            spec["clusterIP"] = free;
            reserved.Add(() => addresses.Release(free));
        }
        else if (!Addresses.IsCanonical(address, AddressFamily.InterNetwork))
        {
            errors.Add(FieldError.InvalidText("spec.clusterIPs[0]", address, "must be a valid IPv4 address, (e.g. 10.96.8.7)"));
        }
        else if (!addresses.Contains(address))
        {
            errors.Add(FieldError.Invalid("spec.clusterIPs", $"[]string{{\"{address}\"}}", $"failed to allocate IP {address}: the provided IP is not in the valid range"));
        }
        else if (addresses.TryReserve(address))
        {
            reserved.Add(() => addresses.Release(address));
        }
        else
        {
            errors.Add(FieldError.Invalid("spec.clusterIPs", $"[]string{{\"{address}\"}}", $"failed to allocate IP {address}: provided IP is already allocated"));
        }
    }

    private static void ValidatePorts(JsonObject spec, List<FieldError> errors)
    {
        var count = spec.Arr("ports")?.Count ?? 0;
        var names = new HashSet<string>();
        var pairs = new HashSet<string>();
        foreach (var (index, port) in spec.Arr("ports").Objects().Index())
        {
            var path = $"spec.ports[{index}]";
            if (count > 1 && string.IsNullOrEmpty(port.Str("name"))) errors.Add(FieldError.Required($"{path}.name"));
            if (port.Str("name") is { Length: > 0 } name && !names.Add(name)) errors.Add(FieldError.Duplicate($"{path}.name", name));
            var number = port.Long("port") ?? 0;
            if (number is < 1 or > 65535) errors.Add(FieldError.Invalid($"{path}.port", number.ToString(), "must be between 1 and 65535, inclusive"));
            else if (!pairs.Add($"{port.Str("protocol")}/{number}")) errors.Add(FieldError.Duplicate(path, $"{port.Str("protocol")}/{number}"));
            if (port.Str("protocol") is { } protocol and not ("TCP" or "UDP" or "SCTP")) errors.Add(FieldError.Unsupported($"{path}.protocol", protocol, "SCTP", "TCP", "UDP"));
            if (port.Long("nodePort") is { } nodePort and not 0 && spec.Str("type") is "ClusterIP") errors.Add(FieldError.Forbidden($"{path}.nodePort", "may not be used when `type` is 'ClusterIP'"));
        }
    }

    private static void Choice(JsonObject node, string name, List<FieldError> errors, params string[] values)
    {
        if (node.Str(name) is { } value && !values.Contains(value)) errors.Add(FieldError.Unsupported($"spec.{name}", value, values));
    }

    private static IEnumerable<long> Ports(JsonObject? spec) => spec.Arr("ports").Objects().Select(p => p.Long("nodePort") ?? 0).Where(p => p != 0);
}
