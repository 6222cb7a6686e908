namespace Linkerd.Net;

/// <summary>Settings of a listening socket.</summary>
public sealed record TcpListenerOptions
{
    /// <summary>SO_REUSEPORT: several loops listen on one port and the kernel spreads connections over them. Default false.</summary>
    public bool ReusePort { get; init; }

    /// <summary>Connections the kernel queues; capped by net.core.somaxconn. Default 4096.</summary>
    public int Backlog { get; init; } = 4096;

    /// <summary>Connections accepted before other descriptors get their turn. Default 64.</summary>
    public int AcceptBatch { get; init; } = 64;

    /// <summary>An IPv6 wildcard also takes IPv4 connections. Default true.</summary>
    public bool DualStack { get; init; } = true;

    /// <summary>Descriptors that accepting leaves free, as <see cref="ProcessLimits.RaiseDescriptorLimit"/> found the limit. Default 0.</summary>
    public int DescriptorReserve { get; init; }

    /// <summary>Options of accepted connections.</summary>
    public SocketOptions Accepted { get; init; } = SocketOptions.Default;
}
