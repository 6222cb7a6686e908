namespace Linkerd.Net;

/// <summary>Settings of an event loop.</summary>
public sealed record EventLoopOptions
{
    /// <summary>Name of the loop and its thread. Default <c>loop</c>.</summary>
    public string Name { get; init; } = "loop";

    /// <summary>Readiness events taken from the kernel per turn. Default 256.</summary>
    public int EventsPerTurn { get; init; } = 256;

    /// <summary>After how long without work the buffer pool gives its memory back. Default 1 s.</summary>
    public TimeSpan IdleTrim { get; init; } = TimeSpan.FromSeconds(1);
}
