using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Linkerd.Local.Auth;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Api;

/// <summary>EndpointSlices: names and protocols of ports, the address type.</summary>
internal sealed class EndpointSliceStrategy : ResourceStrategy
{
    public override void Default(JsonObject node)
    {
        foreach (var port in node.Arr("ports").Objects())
        {
            port.Default("name", "");
            port.Default("protocol", "TCP");
        }
    }

    public override void Validate(JsonObject node, JsonObject? old, List<FieldError> errors)
    {
        var type = node.Str("addressType");
        if (string.IsNullOrEmpty(type)) errors.Add(FieldError.Required("addressType"));
        else if (type is not ("IPv4" or "IPv6" or "FQDN")) errors.Add(FieldError.Unsupported("addressType", type, "FQDN", "IPv4", "IPv6"));
        if (old is not null && type != old.Str("addressType")) errors.Add(FieldError.InvalidText("addressType", type, "field is immutable"));
        foreach (var (index, endpoint) in node.Arr("endpoints").Objects().Index())
        {
            if (endpoint.Arr("addresses") is not { Count: > 0 } addresses) errors.Add(FieldError.Required($"endpoints[{index}].addresses", "must contain at least 1 address"));
            else ValidateAddresses(addresses, type, $"endpoints[{index}].addresses", errors);
        }
        foreach (var (index, port) in node.Arr("ports").Objects().Index())
        {
            if (port.Long("port") is { } number and (< 1 or > 65535)) errors.Add(FieldError.Invalid($"ports[{index}].port", number.ToString(), "must be between 1 and 65535, inclusive"));
            if (port.Str("protocol") is { } protocol and not ("TCP" or "UDP" or "SCTP")) errors.Add(FieldError.Unsupported($"ports[{index}].protocol", protocol, "SCTP", "TCP", "UDP"));
        }
    }

    // They become rules of the kernel: one that it does not take would keep all other Services from changing too.
    private static void ValidateAddresses(JsonArray addresses, string? type, string path, List<FieldError> errors)
    {
        foreach (var (index, address) in addresses.Select(static a => a.AsString() ?? "").Index())
        {
            if (type is "IPv4" && !Addresses.IsCanonical(address, AddressFamily.InterNetwork))
                errors.Add(FieldError.InvalidText($"{path}[{index}]", address, "must be a valid IPv4 address, (e.g. 10.9.8.7)"));
            else if (type is "IPv6" && !(IPAddress.TryParse(address, out var parsed) && parsed.AddressFamily == AddressFamily.InterNetworkV6))
                errors.Add(FieldError.InvalidText($"{path}[{index}]", address, "must be a valid IPv6 address, (e.g. 2001:db8::ffff)"));
            else if (type is "FQDN" && Names.Fault(address, NameRule.Subdomain) is { } fault)
                errors.Add(FieldError.InvalidText($"{path}[{index}]", address, fault));
        }
    }
}
