using System.Text.Json.Nodes;
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
            if (endpoint.Arr("addresses") is not { Count: > 0 }) errors.Add(FieldError.Required($"endpoints[{index}].addresses", "must contain at least 1 address"));
    }
}
