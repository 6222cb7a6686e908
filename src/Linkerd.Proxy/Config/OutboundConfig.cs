using System.Net;
using Linkerd.Model;
using Linkerd.Net;

namespace Linkerd.Proxy.Config;

/// <summary>The outbound side.</summary>
public sealed record OutboundConfig : SideConfig
{
    /// <summary>Default 127.0.0.1:4140.</summary>
    public required IReadOnlyList<SocketAddress> Listen { get; init; }

    public bool IngressMode { get; init; }

    /// <summary>Destinations that a worker knows at once; connections to more are refused. Default 10000.</summary>
    public int MaxDestinations { get; init; } = 10_000;

    public required QueuePolicy TcpQueue { get; init; }

    /// <summary>No informational headers on answers to the application.</summary>
    public bool DisableInformationalHeaders { get; init; }

    public bool HostnameLabels { get; init; }

    /// <summary>How long a profile is waited for. Default 500 ms.</summary>
    public TimeSpan ProfileTimeout { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Names that have profiles.</summary>
    public IReadOnlyList<string> ProfileSuffixes { get; init; } = [];

    /// <summary>Addresses that have profiles.</summary>
    public IReadOnlyList<IPNetwork> ProfileNetworks { get; init; } = [];
}
