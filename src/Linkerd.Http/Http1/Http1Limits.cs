namespace Linkerd.Http;

/// <summary>What an HTTP/1 peer may make a session hold or do. Each setter refuses what is out of range.</summary>
public sealed class Http1Limits
{
    /// <summary>The limits used when none are given.</summary>
    public static Http1Limits Default { get; } = new();

    /// <summary>Request or status line with all header lines. Bytes; default 32 KiB; 256 B to 60 KiB. Answer: 431.</summary>
    public int MaxHeadBytes { get; init => field = Bounds.Check(value, 256, 60 * 1024); } = 32 * 1024;

    /// <summary>The request target alone. Bytes; default 16 KiB. Answer: 414.</summary>
    public int MaxTargetBytes { get; init => field = Bounds.Check(value, 16, 60 * 1024); } = 16 * 1024;

    /// <summary>Header lines of one head, or trailer lines of one body. Default 128; 1 to 4,096. Answer: 431.</summary>
    public int MaxHeaders { get; init => field = Bounds.Check(value, 1, 4096); } = 128;

    /// <summary>One chunk-size line with its extensions. Bytes; default 256; 18 B to 16 KiB. Answer: 400.</summary>
    public int MaxChunkLineBytes { get; init => field = Bounds.Check(value, 18, 16 * 1024); } = 256;

    /// <summary>All trailer lines of one body. Bytes; default 8 KiB; up to 60 KiB. Answer: 431.</summary>
    public int MaxTrailerBytes { get; init => field = Bounds.Check(value, 16, 60 * 1024); } = 8 * 1024;

    /// <summary>Empty lines before a request line (RFC 9112 §2.2 asks for at least one). Default 4. Answer: 400.</summary>
    public int MaxEmptyLines { get; init => field = Bounds.Check(value, 1, 64); } = 4;

    /// <summary>
    /// The rest of a request body that is read and dropped to keep the connection after an early answer. Bytes; default 64 KiB;
    /// 0 closes instead.
    /// </summary>
    public int MaxDiscardedBody { get; init => field = Bounds.Check(value, 0, 16 * 1024 * 1024); } = 64 * 1024;

    /// <summary>From the first byte of a head to its last. Milliseconds; default 30,000; 100 ms to 1 h. Answer: 408.</summary>
    public int HeadTimeout { get; init => field = Bounds.Check(value, 100, 3_600_000); } = 30_000;

    /// <summary>
    /// How long a request body may stand still while its sender could send and nothing was answered yet. Milliseconds; default
    /// 300,000; 100 ms to 1 d. Answer: 408.
    /// </summary>
    public int BodyTimeout { get; init => field = Bounds.Check(value, 100, 86_400_000); } = 300_000;

    /// <summary>How long the peer may take none of the bytes that wait for it. Milliseconds; default 300,000; 100 ms to 1 d. The connection is reset.</summary>
    public int StallTimeout { get; init => field = Bounds.Check(value, 100, 86_400_000); } = 300_000;

    /// <summary>Credit of a body: bytes received and not yet given back with <see cref="HttpStream.Consumed"/>. Default 64 KiB; 1 KiB to 16 MiB.</summary>
    public int ReceiveWindow { get; init => field = Bounds.Check(value, 1024, 16 * 1024 * 1024); } = 64 * 1024;
}
