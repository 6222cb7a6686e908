namespace Linkerd.Http;

/// <summary>Every limit that a peer can reach; <see cref="HttpCounters"/> counts how often each was.</summary>
public enum HttpLimit : byte
{
    None,
    HeadBytes,
    HeaderCount,
    TargetBytes,
    ChunkLineBytes,
    TrailerBytes,
    EmptyLines,
    DiscardedBody,
    HeaderListSize,
    HeaderBlockSize,
    ConcurrentStreams,
    RapidReset,
    ContinuationFlood,
    SettingsFlood,
    PingFlood,
    EmptyFrameFlood,
    WindowUpdateFlood,
    StreamFaults,
    ControlOutput,
    UnknownFrames,
    HeadTime,
    BodyIdle,
    SendStall,
    OutputStall,
}
