using Linkerd.Model;
using Linkerd.Net;
using Linkerd.Proxy.Detect;

namespace Linkerd.Proxy.Tap;

/// <summary>Makes the subjects of both sides.</summary>
internal static class TapSubjects
{
    public static TapSubject Inbound(SocketAddress destination, ServerTls tls, Meta server, Meta route, Meta authorization)
    {
        var labels = new List<KeyValuePair<string, string>>();
        Add(labels, "srv", server);
        Add(labels, "route", route);
        Add(labels, "authz", authorization);
        labels.Add(new("tls", "loopback"));
        var ofRoute = new List<KeyValuePair<string, string>>();
        Add(ofRoute, "route", route);
        return new TapSubject(Direction.Inbound, Source(tls), destination, labels, new TapLabels(ofRoute));
    }

    public static TapSubject Outbound(Endpoint endpoint, bool isTls)
    {
        var labels = new List<KeyValuePair<string, string>>();
        foreach (KeyValuePair<string, string> label in endpoint.Labels) labels.Add(label);
        if (isTls && endpoint.Tls is { } tls)
        {
            labels.Add(new("tls", "true"));
            labels.Add(new("server_id", tls.Identity.Name));
        }
        else
        {
            labels.Add(new("tls", "not_provided_by_service_discovery"));
        }

        return new TapSubject(Direction.Outbound, [new("tls", "loopback")], SocketAddress.From(endpoint.Address), labels, null);
    }

    private static List<KeyValuePair<string, string>> Source(ServerTls tls) => tls.State switch
    {
        ServerTlsState.Established => [new("tls", "true"), new("client_id", tls.Client?.Name ?? string.Empty)],
        ServerTlsState.Passthrough => [new("tls", "passthru"), new("sni", tls.ServerName ?? string.Empty)],
        ServerTlsState.Disabled => [new("tls", "disabled")],
        ServerTlsState.Loopback => [new("tls", "loopback")],
        ServerTlsState.PortSkipped => [new("tls", "port_skipped")],
        _ => [new("tls", "no_tls_from_remote")],
    };

    private static void Add(List<KeyValuePair<string, string>> labels, string prefix, Meta meta)
    {
        labels.Add(new(prefix + "_group", meta.Group));
        labels.Add(new(prefix + "_kind", meta.Kind));
        labels.Add(new(prefix + "_name", meta.Name));
    }
}
