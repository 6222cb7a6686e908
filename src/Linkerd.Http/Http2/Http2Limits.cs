namespace Linkerd.Http;

/// <summary>What an HTTP/2 peer may make a session hold or do, and the settings announced to it. Each setter refuses what is out of range.</summary>
public sealed class Http2Limits
{
    /// <summary>The limits used when none are given.</summary>
    public static Http2Limits Default { get; } = new();

    /// <summary>SETTINGS_INITIAL_WINDOW_SIZE: credit of a new stream. Bytes; default 65,535; up to 2^31-1.</summary>
    public int StreamWindow { get; init => field = Bounds.Check(value, 1, int.MaxValue); } = 65_535;

    /// <summary>Credit of the connection. Bytes; default 1 MiB; at least 65,535 (RFC 9113 §6.9.2 fixes the start).</summary>
    public int ConnectionWindow { get; init => field = Bounds.Check(value, 65_535, int.MaxValue); } = 1024 * 1024;

    /// <summary>SETTINGS_MAX_CONCURRENT_STREAMS of a server. Default 1,000; streams above it are refused. Reached often, it counts as a flood.</summary>
    public int MaxConcurrentStreams { get; init => field = Bounds.Check(value, 1, 1 << 20); } = 1000;

    /// <summary>SETTINGS_MAX_FRAME_SIZE. Bytes; default 16,384 (also the least) to 32,768: a frame must fit what an owner retains.</summary>
    public int MaxFrameSize { get; init => field = Bounds.Check(value, 16_384, 32_768); } = 16_384;

    /// <summary>SETTINGS_MAX_HEADER_LIST_SIZE: names, values and 32 per field, decoded. Bytes; default 16 KiB. Beyond it the request is answered 431; beyond eight times it the stream is reset.</summary>
    public int MaxHeaderListSize { get; init => field = Bounds.Check(value, 256, 1024 * 1024); } = 16 * 1024;

    /// <summary>Encoded bytes of one header block over all its CONTINUATIONs. Default 32 KiB. Beyond it the connection ends.</summary>
    public int MaxHeaderBlockSize { get; init => field = Bounds.Check(value, 1024, 1024 * 1024); } = 32 * 1024;

    /// <summary>Fields of one header block. Default 256. Beyond it the request is answered 431; beyond eight times it the stream is reset.</summary>
    public int MaxHeaders { get; init => field = Bounds.Check(value, 8, 65_536); } = 256;

    /// <summary>CONTINUATION frames of one header block. Default 16.</summary>
    public int MaxContinuations { get; init => field = Bounds.Check(value, 1, 1024); } = 16;

    /// <summary>SETTINGS_HEADER_TABLE_SIZE, and the most that our encoder uses. Bytes; default 4,096; 0 turns the tables off.</summary>
    public int HeaderTableSize { get; init => field = Bounds.Check(value, 0, 65_536); } = 4096;

    /// <summary>A stream reset later than this after its beginning is no rapid reset. Milliseconds.</summary>
    internal const int RapidMillis = 1000;

    /// <summary>
    /// Streams that a client may reset within a second of their beginning and before they were answered, within
    /// <see cref="FloodWindow"/> (rapid reset, CVE-2023-44487). Default 1,000.
    /// </summary>
    public int MaxResets { get; init => field = Bounds.Check(value, 1, 1_000_000); } = 1000;

    /// <summary>SETTINGS frames within <see cref="FloodWindow"/>. Default 32.</summary>
    public int MaxSettings { get; init => field = Bounds.Check(value, 1, 1_000_000); } = 32;

    /// <summary>PING frames within <see cref="FloodWindow"/>. Default 500: a client that measures bandwidth sends one per round trip.</summary>
    public int MaxPings { get; init => field = Bounds.Check(value, 1, 1_000_000); } = 500;

    /// <summary>DATA frames with no payload and no end, and header frames with no bytes, within <see cref="FloodWindow"/>. Default 100.</summary>
    public int MaxEmptyFrames { get; init => field = Bounds.Check(value, 1, 1_000_000); } = 100;

    /// <summary>
    /// WINDOW_UPDATE frames, beyond four for each DATA frame that we sent, within <see cref="FloodWindow"/>. Default 1,000.
    /// </summary>
    public int MaxWindowUpdates { get; init => field = Bounds.Check(value, 1, 1_000_000); } = 1000;

    /// <summary>Frames of unknown type, PRIORITY included, within <see cref="FloodWindow"/>. Default 1,000.</summary>
    public int MaxUnknownFrames { get; init => field = Bounds.Check(value, 1, 1_000_000); } = 1000;

    /// <summary>Streams that the peer made us reset (malformed, refused, closed) within <see cref="FloodWindow"/>. Default 1,000.</summary>
    public int MaxStreamFaults { get; init => field = Bounds.Check(value, 1, 1_000_000); } = 1000;

    /// <summary>Bytes of control frames (acknowledgements, resets) that may wait for a peer that does not read. Default 256 KiB beyond the output's watermark.</summary>
    public int MaxControlOutput { get; init => field = Bounds.Check(value, 4096, 64 * 1024 * 1024); } = 256 * 1024;

    /// <summary>
    /// From the first byte of a frame or header block to its last, and from the beginning to the peer's SETTINGS. Milliseconds;
    /// default 30,000; 100 ms to 1 h. Beyond it the connection ends.
    /// </summary>
    public int HeadTimeout { get; init => field = Bounds.Check(value, 100, 3_600_000); } = 30_000;

    /// <summary>
    /// How long a stream may wait for the peer's window, and the connection for the peer to read. Milliseconds; default 300,000;
    /// 100 ms to 1 d. Beyond it the stream, or the connection, is reset.
    /// </summary>
    public int StallTimeout { get; init => field = Bounds.Check(value, 100, 86_400_000); } = 300_000;

    /// <summary>The period over which floods are counted. Milliseconds; default 10,000.</summary>
    public int FloodWindow { get; init => field = Bounds.Check(value, 1, 3_600_000); } = 10_000;
}
