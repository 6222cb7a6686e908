namespace Linkerd.Net;

/// <summary>TCP options of a connection.</summary>
public sealed record SocketOptions
{
    public static SocketOptions Default { get; } = new();

    /// <summary>TCP_NODELAY: do not wait to fill segments. Default true, since output is coalesced per loop turn.</summary>
    public bool NoDelay { get; init; } = true;

    /// <summary>SO_KEEPALIVE with this idle time and interval; null (default) leaves it off. Rounded up to seconds.</summary>
    public TimeSpan? KeepAlive { get; init; }

    /// <summary>TCP_USER_TIMEOUT: how long sent data may stay unacknowledged; null (default) leaves the system's. Milliseconds resolution.</summary>
    public TimeSpan? UserTimeout { get; init; }

    /// <summary>Connecting fails with EMFILE rather than leave fewer descriptors free than these. Default 0.</summary>
    public int DescriptorReserve { get; init; }

    /// <summary>SO_RCVBUF in bytes; null (default) lets the kernel tune.</summary>
    public int? ReceiveBuffer { get; init; }

    /// <summary>SO_SNDBUF in bytes; null (default) lets the kernel tune.</summary>
    public int? SendBuffer { get; init; }
}
