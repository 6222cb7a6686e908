using Linkerd.Net;

namespace Linkerd.Proxy.Config;

/// <summary>The admin server.</summary>
/// <param name="Listen">Default 127.0.0.1:4191.</param>
/// <param name="MetricsRetainIdle">How long a series that does not change is shown. Default 10 min.</param>
/// <param name="ShutdownEnabled">Whether POST /shutdown works. Default false.</param>
public sealed record AdminConfig(SocketAddress Listen, TimeSpan MetricsRetainIdle, bool ShutdownEnabled);
