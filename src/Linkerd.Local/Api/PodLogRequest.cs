namespace Linkerd.Local.Api;

/// <summary>The parameters of <c>GET pods/NAME/log</c>, with Kubernetes' meaning.</summary>
public sealed record PodLogRequest
{
    /// <summary>The pod whose log is read.</summary>
    public required PodReference Pod { get; init; }

    /// <summary>The container (also an init container); already resolved when the user named none.</summary>
    public required string Container { get; init; }

    /// <summary>Keep the stream open and send what is written later; default no.</summary>
    public bool Follow { get; init; }

    /// <summary>The log of the previous instance of the container; default no.</summary>
    public bool Previous { get; init; }

    /// <summary>Put an RFC 3339 time before every line; default no.</summary>
    public bool Timestamps { get; init; }

    /// <summary>Only the last so many lines; default all.</summary>
    public long? TailLines { get; init; }

    /// <summary>Only lines written since then; default all.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Stop after so many bytes; default no limit.</summary>
    public long? LimitBytes { get; init; }
}
