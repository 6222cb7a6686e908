using Linkerd.Model;
using Wire = Linkerd.Api.Destination;

namespace Linkerd.Api.Mapping;

/// <summary>Endpoints between the wire and the model.</summary>
public static class Endpoints
{
    /// <summary>One message of Destination.Get; null when it says nothing.</summary>
    public static EndpointUpdate? ToModel(Wire.Update update)
    {
        switch (update.UpdateCase)
        {
            case Wire.Update.UpdateOneofCase.Add:
                var shared = update.Add.MetricLabels.Count == 0 ? LabelSet.Empty : LabelSet.From(update.Add.MetricLabels);
                var endpoints = new Endpoint[update.Add.Addrs.Count];
                for (var i = 0; i < endpoints.Length; i++)
                    endpoints[i] = ToModel(update.Add.Addrs[i], shared);
                return new EndpointUpdate.Add(endpoints);
            case Wire.Update.UpdateOneofCase.Remove:
                return new EndpointUpdate.Remove([.. update.Remove.Addrs.Select(Addresses.ToModel)]);
            case Wire.Update.UpdateOneofCase.NoEndpoints:
                return new EndpointUpdate.Empty(update.NoEndpoints.Exists);
            default:
                return null;
        }
    }

    /// <summary>One endpoint off the wire, with the labels of its set.</summary>
    public static Endpoint ToModel(Wire.WeightedAddr address, LabelSet setLabels) => new()
    {
        Address = Addresses.ToModel(address.Addr),
        Weight = address.Weight,
        Labels = address.MetricLabels.Count == 0 ? setLabels : setLabels.With(LabelSet.From(address.MetricLabels)),
        Tls = ToModel(address.TlsIdentity),
        Hint = address.ProtocolHint?.ProtocolCase switch
        {
            Wire.ProtocolHint.ProtocolOneofCase.H2 => ProtocolHint.Http2,
            Wire.ProtocolHint.ProtocolOneofCase.Opaque => ProtocolHint.Opaque,
            _ => ProtocolHint.Unknown,
        },
        OpaqueTransportPort = address.ProtocolHint?.OpaqueTransport is { InboundPort: > 0 and <= 65535 } transport ? (int)transport.InboundPort : null,
        AuthorityOverride = address.AuthorityOverride is { AuthorityOverride_.Length: > 0 } authority ? authority.AuthorityOverride_ : null,
        Http2 = ToModel(address.Http2),
        Resource = Metas.ToModelOrNull(address.ResourceRef),
    };

    /// <summary>One endpoint onto the wire, with all of its labels.</summary>
    public static Wire.WeightedAddr ToWire(Endpoint endpoint)
    {
        var wire = new Wire.WeightedAddr
        {
            Addr = Addresses.ToWire(endpoint.Address),
            Weight = endpoint.Weight,
            TlsIdentity = endpoint.Tls is { } tls ? ToWire(tls) : null,
            ProtocolHint = ToHint(endpoint),
            AuthorityOverride = endpoint.AuthorityOverride is { } authority ? new Wire.AuthorityOverride { AuthorityOverride_ = authority } : null,
            ResourceRef = endpoint.Resource is { } resource ? Metas.ToWire(resource) : null,
        };
        foreach (var (name, value) in endpoint.Labels)
            wire.MetricLabels[name] = value;
        return wire;
    }

    /// <summary>How to reach a meshed endpoint, off the wire; null when it is not meshed or its identity is of no known kind.</summary>
    public static TlsTarget? ToModel(Wire.TlsIdentity? identity)
    {
        var serverName = identity?.ServerName?.Name ?? "";
        switch (identity?.StrategyCase)
        {
            case Wire.TlsIdentity.StrategyOneofCase.DnsLikeIdentity when identity.DnsLikeIdentity.Name.Length > 0:
                var name = identity.DnsLikeIdentity.Name;
                return new TlsTarget(PeerIdentity.Dns(name), serverName.Length > 0 ? serverName : name);
            // A URI is no server name: without one there is nothing to send as SNI.
            case Wire.TlsIdentity.StrategyOneofCase.UriLikeIdentity when identity.UriLikeIdentity.Uri.Length > 0 && serverName.Length > 0:
                return new TlsTarget(PeerIdentity.Uri(identity.UriLikeIdentity.Uri), serverName);
            default:
                return null;
        }
    }

    /// <summary>How to reach a meshed endpoint, onto the wire.</summary>
    public static Wire.TlsIdentity ToWire(TlsTarget tls)
    {
        var wire = new Wire.TlsIdentity { ServerName = new Wire.TlsIdentity.Types.DnsLikeIdentity { Name = tls.ServerName } };
        if (tls.Identity.IsUri)
            wire.UriLikeIdentity = new Wire.TlsIdentity.Types.UriLikeIdentity { Uri = tls.Identity.Name };
        else
            wire.DnsLikeIdentity = new Wire.TlsIdentity.Types.DnsLikeIdentity { Name = tls.Identity.Name };
        return wire;
    }

    private static Wire.ProtocolHint? ToHint(Endpoint endpoint)
    {
        if (endpoint.Hint == ProtocolHint.Unknown && endpoint.OpaqueTransportPort is null)
            return null;
        var hint = new Wire.ProtocolHint();
        if (endpoint.Hint == ProtocolHint.Http2)
            hint.H2 = new Wire.ProtocolHint.Types.H2();
        else if (endpoint.Hint == ProtocolHint.Opaque)
            hint.Opaque = new Wire.ProtocolHint.Types.Opaque();
        if (endpoint.OpaqueTransportPort is { } port)
            hint.OpaqueTransport = new Wire.ProtocolHint.Types.OpaqueTransport { InboundPort = (uint)port };
        return hint;
    }

    private static Http2ClientSettings? ToModel(Wire.Http2ClientParams? parameters) => parameters is null ? null : new Http2ClientSettings
    {
        InitialStreamWindow = Positive(parameters.FlowControl?.InitialStreamWindowSize),
        InitialConnectionWindow = Positive(parameters.FlowControl?.InitialConnectionWindowSize),
        KeepAliveInterval = Durations.ToModel(parameters.KeepAlive?.Interval, "keep_alive.interval"),
        KeepAliveTimeout = Durations.ToModel(parameters.KeepAlive?.Timeout, "keep_alive.timeout"),
        KeepAliveWhileIdle = parameters.KeepAlive?.WhileIdle ?? false,
        MaxFrameSize = Positive(parameters.Internals?.MaxFrameSize),
        MaxSendBuffer = Positive(parameters.Internals?.MaxSendBufSize),
    };

    private static int? Positive(uint? value) => value is > 0 and <= int.MaxValue ? (int)value : null;
}
