using System.Globalization;
using Linkerd.Api.VizTap;
using Linkerd.Cli.Commands.Viz.Tap;

namespace Linkerd.Cli.Commands.Viz.Policies;

/// <summary>Requests that are alike for policy.</summary>
/// <param name="Port">The application's port.</param>
/// <param name="Method">The method.</param>
/// <param name="Path">The path, without its query.</param>
/// <param name="Identity">The client's identity; empty for one that showed none.</param>
/// <param name="Address">The client's address.</param>
/// <param name="Server">The Server that selects the port; empty where none does.</param>
internal sealed record ObservedRequest(int Port, string Method, string Path, string Identity, string Address, string Server)
{
    /// <summary>Identity or address: who an authorization must name.</summary>
    public string Client => Identity.Length > 0 ? Identity : Address;

    /// <summary>The request that an event tells of; null for other events, and for what the workload itself asks of others.</summary>
    public static ObservedRequest? Of(TapEvent tap)
    {
        if (tap.Http?.RequestInit is not { } request || tap.ProxyDirection != TapEvent.Types.ProxyDirection.Inbound)
            return null;
        var (source, destination) = (tap.SourceMeta?.Labels, tap.DestinationMeta?.Labels);
        var identity = source?.GetValueOrDefault("tls", "") == "true" ? source.GetValueOrDefault("client_id", "") : "";
        var server = destination?.GetValueOrDefault("srv_kind", "") == "server" ? destination.GetValueOrDefault("srv_name", "") : "";
        return new ObservedRequest((int)(tap.Destination?.Port ?? 0), TapText.Method(request.Method), request.Path, identity, TapText.IP(tap.Source?.Ip)?.ToString() ?? "", server);
    }

    /// <summary>The namespace and the name of the ServiceAccount behind an identity of Linkerd's; null for another identity.</summary>
    public static (string Namespace, string Name)? AccountOf(string identity) =>
        identity.Split('.') is [var name, var ns, "serviceaccount", "identity", ..] ? (ns, name) : null;

    /// <summary>The client as a table shows it.</summary>
    public string ShortClient => AccountOf(Identity) is var (ns, name) ? $"{name}.{ns}" : Identity.Length > 0 ? Identity : string.Create(CultureInfo.InvariantCulture, $"{Address} (no identity)");
}
