using Linkerd.Net;

namespace Linkerd.Proxy.Config;

/// <summary>The tap server.</summary>
/// <param name="Listen">Default 0.0.0.0:4190.</param>
/// <param name="PermittedClient">The only TLS identity that may observe.</param>
public sealed record TapConfig(SocketAddress Listen, string PermittedClient);
