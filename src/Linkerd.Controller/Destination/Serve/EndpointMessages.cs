using Linkerd.Api.Mapping;
using Linkerd.Controller.Common.Api;
using Linkerd.Controller.Destination.Core;
using Proto = Linkerd.Api.Destination;
using Addresses = Linkerd.Controller.Common.Api.Addresses;

namespace Linkerd.Controller.Destination.Serve;

/// <summary>Endpoints and profiles as messages.</summary>
internal sealed class EndpointMessages(Proto.Http2ClientParams? meshedHttp2)
{
    /// <summary>The weight of every endpoint.</summary>
    private const uint Weight = 10_000;

    /// <summary>Endpoints of a Service; <paramref name="clientZone"/> tells local from remote ones.</summary>
    public Proto.Update Add(ServiceName service, IReadOnlyList<EndpointInfo> endpoints, string clientZone)
    {
        var set = new Proto.WeightedAddrSet { MetricLabels = { ["namespace"] = service.Namespace, ["service"] = service.Name } };
        foreach (var endpoint in endpoints)
            set.Addrs.Add(Endpoint(endpoint, clientZone));
        return new Proto.Update { Add = set };
    }

    public static Proto.Update Remove(IReadOnlyList<EndpointKey> endpoints)
    {
        var set = new Proto.AddrSet();
        foreach (var key in endpoints)
            set.Addrs.Add(Addresses.ToMessage(key.Ip, key.Port));
        return new Proto.Update { Remove = set };
    }

    public Proto.DestinationProfile Profile(Profile profile, string clientZone) => profile switch
    {
        Profile.OfService service => OfService(service),
        Profile.OfEndpoint endpoint => new Proto.DestinationProfile
        {
            Endpoint = Endpoint(endpoint.Endpoint, clientZone),
            OpaqueProtocol = endpoint.Opaque,
            RetryBudget = DefaultRetryBudget(),
        },
        _ => new Proto.DestinationProfile(),
    };

    private static Proto.DestinationProfile OfService(Profile.OfService service)
    {
        var content = service.Source?.Content ?? Model.Profile.Default;
        var message = ProfileMessages.ToWire(content);
        message.FullyQualifiedName = service.FullyQualifiedName;
        message.OpaqueProtocol = service.Opaque;
        message.ParentRef = Metadatas.Service(service.Service.Namespace, service.Service.Name, service.Port);
        if (service.Source is { } source)
            message.ProfileRef = Metadatas.Resource("linkerd.io", "ServiceProfile", source.Namespace, content.FullyQualifiedName);
        return message;
    }

    private Proto.WeightedAddr Endpoint(EndpointInfo endpoint, string clientZone)
    {
        var message = new Proto.WeightedAddr
        {
            Addr = Addresses.ToMessage(endpoint.Key.Ip, endpoint.Key.Port),
            Weight = Weight,
            TlsIdentity = endpoint.External is { } external ? Identity(external) : Identity(endpoint.TlsIdentity),
            ProtocolHint = Hint(endpoint),
            Http2 = endpoint.Hint == ProtocolHint.H2 ? meshedHttp2 : null,
        };
        foreach (var (key, value) in endpoint.Labels)
            message.MetricLabels[key] = value;
        if (endpoint.Pod is { } pod)
        {
            message.MetricLabels["zone_locality"] = Locality(endpoint.Zone, clientZone);
            message.ResourceRef = Metadatas.Resource("core", "Pod", pod.Namespace, pod.Name);
        }

        if (endpoint.External?.Workload is { } workload)
            message.ResourceRef = Metadatas.Resource("workload.linkerd.io", "ExternalWorkload", workload.Namespace, workload.Name);
        if (endpoint.AuthorityOverride is { } authority)
            message.AuthorityOverride = new Proto.AuthorityOverride { AuthorityOverride_ = authority };
        return message;
    }

    private static string Locality(string? zone, string clientZone) =>
        string.IsNullOrEmpty(zone) || clientZone.Length == 0 ? "unknown" : zone == clientZone ? "local" : "remote";

    private static Proto.TlsIdentity? Identity(string? name) => name is null ? null : new Proto.TlsIdentity
    {
        DnsLikeIdentity = new Proto.TlsIdentity.Types.DnsLikeIdentity { Name = name },
        ServerName = new Proto.TlsIdentity.Types.DnsLikeIdentity { Name = name },
    };

    private static Proto.TlsIdentity Identity(ExternalEndpoint external) => new()
    {
        UriLikeIdentity = new Proto.TlsIdentity.Types.UriLikeIdentity { Uri = external.Identity },
        ServerName = new Proto.TlsIdentity.Types.DnsLikeIdentity { Name = external.ServerName },
    };

    private static Proto.ProtocolHint? Hint(EndpointInfo endpoint)
    {
        if (endpoint.Hint == ProtocolHint.None && endpoint.TransportPort is null)
            return null;
        var hint = new Proto.ProtocolHint();
        if (endpoint.Hint == ProtocolHint.H2)
            hint.H2 = new Proto.ProtocolHint.Types.H2();
        else if (endpoint.Hint == ProtocolHint.Opaque)
            hint.Opaque = new Proto.ProtocolHint.Types.Opaque();
        if (endpoint.TransportPort is { } port)
            hint.OpaqueTransport = new Proto.ProtocolHint.Types.OpaqueTransport { InboundPort = (uint)port };
        return hint;
    }

    private static Proto.RetryBudget DefaultRetryBudget() => new()
    {
        RetryRatio = 0.2f,
        MinRetriesPerSecond = 10,
        Ttl = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromSeconds(10)),
    };
}
