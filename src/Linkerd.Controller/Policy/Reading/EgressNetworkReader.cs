using System.Text.Json.Nodes;
using Linkerd.Controller.Common.Reading;
using Linkerd.Controller.Policy.Core;

namespace Linkerd.Controller.Policy.Reading;

/// <summary>Reads EgressNetworks.</summary>
internal static class EgressNetworkReader
{
    public static EgressNetwork Read(JsonObject resource)
    {
        var root = new Field(resource, "");
        var spec = root["spec"];
        var policy = spec["trafficPolicy"];
        var allow = policy.Name() switch
        {
            "Allow" => true,
            "Deny" => false,
            _ => throw policy.Fault("must be Allow or Deny"),
        };
        var networks = spec["networks"];
        var matches = networks.IsPresent ? ResourceReader.Networks(networks) : null;
        if (matches is { Count: 0 })
            throw networks.Fault("must have at least one network; leave it out to cover everything outside of the cluster");
        var annotations = root["metadata"]["annotations"];
        return new EgressNetwork(ResourceReader.Name(resource), ResourceReader.Created(resource), matches, allow, ParentSettings.Read(annotations.IsPresent ? annotations.Texts() : null));
    }
}
