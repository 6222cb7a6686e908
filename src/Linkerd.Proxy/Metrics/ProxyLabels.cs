using Linkerd.Model;
using Linkerd.Proxy.Accept;
using Linkerd.Proxy.Detect;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Metrics;

/// <summary>Builds the label sets of the families. Called at stack build, not per request.</summary>
public static class ProxyLabels
{
    /// <summary><c>target_addr</c>, <c>target_ip</c>, <c>target_port</c>.</summary>
    public static Labels Target(SocketAddress address) => Labels.Of("target_addr", address.ToString())
        .And("target_ip", address.IpString())
        .And("target_port", address.Port.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>The labels of a service profile's route behind others: <c>rt_route</c>, and what else the profile gives it.</summary>
    public static Labels ProfileRoute(Labels labels, ProfileRoute route)
    {
        ArgumentNullException.ThrowIfNull(route);
        foreach (KeyValuePair<string, string> label in route.Labels) labels = labels.And("rt_" + label.Key, label.Value);
        return labels;
    }

    /// <summary><c>tls</c>, and <c>client_id</c>, <c>sni</c> or <c>no_tls_reason</c>.</summary>
    public static Labels Tls(ServerTls tls)
    {
        ArgumentNullException.ThrowIfNull(tls);
        return tls.State switch
        {
            ServerTlsState.Established => Labels.Of("tls", "true").And("client_id", tls.Client?.Name ?? string.Empty),
            ServerTlsState.Passthrough => Labels.Of("tls", "opaque").And("sni", tls.ServerName),
            _ => Labels.Of("tls", "no_identity").And("no_tls_reason", tls.State switch
            {
                ServerTlsState.Disabled => "disabled",
                ServerTlsState.Loopback => "loopback",
                ServerTlsState.PortSkipped => "port_skipped",
                _ => "no_tls_from_remote",
            }),
        };
    }

    /// <summary><c>srv_group</c>, <c>srv_kind</c>, <c>srv_name</c>, <c>srv_port</c>.</summary>
    public static Labels Server(Meta meta, int port) => Resource("srv", meta).And("srv_port", port.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary><c>prefix_group</c>, <c>prefix_kind</c>, <c>prefix_name</c>.</summary>
    public static Labels Resource(string prefix, Meta meta)
    {
        ArgumentNullException.ThrowIfNull(meta);
        return Labels.Of(prefix + "_group", meta.Group).And(prefix + "_kind", meta.Kind).And(prefix + "_name", meta.Name);
    }

    /// <summary>A parent or a backend: <c>prefix_group</c>, <c>_kind</c>, <c>_namespace</c>, <c>_name</c>, <c>_port</c>, <c>_section_name</c>.</summary>
    public static Labels Reference(string prefix, Meta meta)
    {
        ArgumentNullException.ThrowIfNull(meta);
        return Labels.Of(prefix + "_group", meta.Group)
            .And(prefix + "_kind", meta.Kind)
            .And(prefix + "_namespace", meta.Namespace)
            .And(prefix + "_name", meta.Name)
            .And(prefix + "_port", meta.Port == 0 ? string.Empty : meta.Port.ToString(System.Globalization.CultureInfo.InvariantCulture))
            .And(prefix + "_section_name", meta.Section);
    }

    /// <summary>A route: <c>route_group</c>, <c>route_kind</c>, <c>route_namespace</c>, <c>route_name</c>.</summary>
    public static Labels Route(Meta meta)
    {
        ArgumentNullException.ThrowIfNull(meta);
        return Labels.Of("route_group", meta.Group).And("route_kind", meta.Kind).And("route_namespace", meta.Namespace).And("route_name", meta.Name);
    }

    /// <summary>An outbound endpoint: its authority, address, TLS and <c>dst_*</c> labels.</summary>
    public static Labels Endpoint(string? authority, Endpoint endpoint, SocketAddress address, string noTlsReason)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        Labels labels = Labels.Of("direction", "outbound").And("authority", authority).And(Target(address));
        labels = endpoint.Tls is { } tls
            ? labels.And("tls", "true").And("server_id", tls.Identity.Name)
            : labels.And("tls", "no_identity").And("no_tls_reason", noTlsReason);
        foreach (KeyValuePair<string, string> pair in endpoint.Labels) labels = labels.And("dst_" + pair.Key, pair.Value);
        return labels;
    }
}
