using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Linkerd.Controller.Common.Api;
using Linkerd.Controller.Common.Reading;
using Linkerd.Controller.Policy.Core;
using Linkerd.Kubernetes.Models;
using Linkerd.Model;

namespace Linkerd.Controller.Policy.Reading;

/// <summary>What the readers of all kinds share. The same readers serve the index and the admission webhook, so both refuse the same.</summary>
internal static class ResourceReader
{
    /// <summary>Namespace and name.</summary>
    public static ResourceName Name(JsonObject resource)
    {
        var metadata = new Field(resource, "")["metadata"];
        return new ResourceName(metadata["namespace"].OptionalText() ?? "", metadata["name"].OptionalText() ?? "");
    }

    /// <summary>When it was created; what is not stored yet is the youngest.</summary>
    public static DateTimeOffset Created(JsonObject resource) =>
        DateTimeOffset.TryParse(new Field(resource, "")["metadata"]["creationTimestamp"].OptionalText(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var created)
            ? created
            : DateTimeOffset.MaxValue;

    /// <summary>A label selector; absent parts match everything.</summary>
    public static LabelSelector Selector(Field selector) => new()
    {
        MatchLabels = selector["matchLabels"].IsPresent ? selector["matchLabels"].Texts() : null,
        MatchExpressions = [.. selector["matchExpressions"].Items().Select(Requirement)],
    };

    /// <summary>A reference to another resource; its namespace is the referring resource's unless it says another.</summary>
    public static TargetRef Reference(Field reference, string ownNamespace) => new(
        reference["group"].OptionalText() ?? "",
        reference["kind"].Name(),
        reference["namespace"].OptionalText() is { Length: > 0 } ns ? ns : ownNamespace,
        reference["name"].Name());

    /// <summary>Networks with their exceptions, each of which must lie inside and be smaller.</summary>
    public static IReadOnlyList<NetworkMatch> Networks(Field networks) => [.. networks.Items().Select(Network)];

    /// <summary>A network in CIDR form, or one address.</summary>
    public static IPNetwork Cidr(Field field)
    {
        var text = field.Text();
        if (IPAddress.TryParse(text, out var single))
            return new IPNetwork(single, single.GetAddressBytes().Length * 8);
        return Addresses.Network(text) is { } network ? network : throw field.Fault("is no network: write an address and a prefix length, such as 10.0.0.0/8");
    }

    private static NetworkMatch Network(Field field)
    {
        var network = Cidr(field["cidr"]);
        var except = field["except"].Items().Select(item =>
        {
            var hole = Cidr(item);
            if (hole.Equals(network))
                throw item.Fault("is the whole network: leave the network out instead");
            return network.Contains(hole.BaseAddress) && hole.PrefixLength > network.PrefixLength ? hole : throw item.Fault($"is not inside {network}");
        });
        return new NetworkMatch(network, [.. except]);
    }

    private static LabelSelectorRequirement Requirement(Field field)
    {
        var op = field["operator"].Text();
        if (op is not ("In" or "NotIn" or "Exists" or "DoesNotExist"))
            throw field["operator"].Fault("must be In, NotIn, Exists or DoesNotExist");
        return new LabelSelectorRequirement { Key = field["key"].Name(), Operator = op, Values = [.. field["values"].Items().Select(static v => v.Text())] };
    }
}
