using System.Net.Security;
using Linkerd.Grpc.Protocol;

namespace Linkerd.Grpc.AspNetCore;

/// <summary>How a <see cref="GrpcChannel"/> connects and what it takes.</summary>
public sealed class GrpcChannelOptions
{
    /// <summary>Sends the requests; null: the channel makes its own handler from the settings below. A handler that is given is not disposed.</summary>
    public HttpMessageHandler? HttpHandler { get; init; }

    /// <summary>TLS of <c>https</c> addresses; null: the platform's defaults.</summary>
    public SslClientAuthenticationOptions? Tls { get; init; }

    /// <summary>How long a connection may take to come up. Default 5 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A silent connection is pinged after this long. Default 30 s.</summary>
    public TimeSpan KeepAlivePingDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>And closed when the ping is not answered for this long. Default 10 s.</summary>
    public TimeSpan KeepAlivePingTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Also opens further connections when one has as many streams as its server allows. Default true.</summary>
    public bool EnableMultipleConnections { get; init; } = true;

    /// <summary>Largest response message, in octets. Default 4 MiB.</summary>
    public int MaxReceiveMessageSize { get; init; } = GrpcProtocol.DefaultMaxMessageSize;

    /// <summary>Largest request message, in octets. Default 4 MiB.</summary>
    public int MaxSendMessageSize { get; init; } = GrpcProtocol.DefaultMaxMessageSize;

    /// <summary>The <c>:authority</c> to send; null: the address's.</summary>
    public string? Authority { get; init; }

    /// <summary>The <c>user-agent</c> to send.</summary>
    public string UserAgent { get; init; } = "linkerd-cs-grpc/0.1";
}
