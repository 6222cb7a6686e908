using System.Threading.Channels;

namespace Linkerd.Local.Api;

/// <summary>One <c>exec</c> or <c>attach</c>: what to run where, and the streams that the client opened.</summary>
public sealed record PodExecRequest
{
    /// <summary>The pod.</summary>
    public required PodReference Pod { get; init; }

    /// <summary>The container; already resolved when the user named none.</summary>
    public required string Container { get; init; }

    /// <summary>The command and its arguments; empty for attach.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Give the command a terminal; stdout and stderr are then one.</summary>
    public bool Tty { get; init; }

    /// <summary>What the client types; ends when the client closes its input; null when the client sends none.</summary>
    public Stream? Stdin { get; init; }

    /// <summary>Where standard output goes; null when the client does not want it.</summary>
    public Stream? Stdout { get; init; }

    /// <summary>Where standard error goes; null when the client does not want it, and always with <see cref="Tty"/>.</summary>
    public Stream? Stderr { get; init; }

    /// <summary>Window sizes as the client's terminal changes; null without a terminal.</summary>
    public ChannelReader<TerminalSize>? Resizes { get; init; }
}
