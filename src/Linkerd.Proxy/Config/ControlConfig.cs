using Linkerd.Model;

namespace Linkerd.Proxy.Config;

/// <summary>A control-plane service.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Name">Its TLS identity; null for clear text to the own host.</param>
public sealed record ControlConfig(HostPort Address, PeerIdentity? Name);
