using Linkerd.Model;

namespace Linkerd.Proxy.Config;

/// <summary>A control-plane service.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Name">Its TLS identity; null for clear text to the own host.</param>
/// <param name="IsFullName">The name was given with a trailing dot: no search domain is appended to it.</param>
public sealed record ControlConfig(HostPort Address, PeerIdentity? Name, bool IsFullName = false)
{
    /// <summary>Path of the unix socket that it is reached by instead of its address; null for TCP.</summary>
    public string? Socket { get; init; }

    /// <summary>Metadata that every call carries: name in lower case, and value. Null for none.</summary>
    public (string Name, string Value)? Metadata { get; init; }
}
