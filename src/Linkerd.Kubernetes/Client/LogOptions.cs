namespace Linkerd.Kubernetes;

/// <summary>Which part of a container's log to read.</summary>
public sealed record LogOptions
{
    /// <summary>Container; null when the pod has only one.</summary>
    public string? Container { get; init; }

    /// <summary>Stay connected and send new lines.</summary>
    public bool Follow { get; init; }

    /// <summary>The log of the container's previous run.</summary>
    public bool Previous { get; init; }

    /// <summary>Prefix lines with their times.</summary>
    public bool Timestamps { get; init; }

    /// <summary>Only the last lines; null for all.</summary>
    public int? TailLines { get; init; }

    /// <summary>Only lines younger than this many seconds; null for all.</summary>
    public int? SinceSeconds { get; init; }

    /// <summary>Most bytes to send; null for all.</summary>
    public int? LimitBytes { get; init; }
}
