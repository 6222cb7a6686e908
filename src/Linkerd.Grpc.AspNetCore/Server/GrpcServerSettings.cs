using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Linkerd.Grpc.AspNetCore;

/// <summary>Where a <see cref="GrpcServer"/> listens and what it lets peers do.</summary>
public sealed class GrpcServerSettings
{
    /// <summary>The address. Port 0 takes any.</summary>
    public required IPEndPoint EndPoint { get; init; }

    /// <summary>A socket that is bound already and taken over; null: one is bound to <see cref="EndPoint"/>.</summary>
    public Socket? Listener { get; init; }

    /// <summary>Adds to the listener, such as connection middleware; null: nothing.</summary>
    public Action<ListenOptions>? ConfigureListener { get; init; }

    /// <summary>TLS; null: clear text with prior knowledge of HTTP/2.</summary>
    public HttpsConnectionAdapterOptions? Tls { get; init; }

    /// <summary>Connections at a time. Default 10,000.</summary>
    public long MaxConnections { get; init; } = 10_000;

    /// <summary>Calls at a time on one connection. Default 1,000: a proxy watches each of its ports and targets on one connection.</summary>
    public int MaxStreamsPerConnection { get; init; } = 1_000;

    /// <summary>A silent connection is pinged after this long. Default 30 s.</summary>
    public TimeSpan KeepAlivePingDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>And closed when the ping is not answered for this long. Default 10 s.</summary>
    public TimeSpan KeepAlivePingTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long calls may take to end when the server stops. Default 5 s.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Hears of all calls; null: nobody does.</summary>
    public IServerObserver? Observer { get; init; }

    /// <summary>Adds loggers; null: none.</summary>
    public Action<ILoggingBuilder>? ConfigureLogging { get; init; }
}
