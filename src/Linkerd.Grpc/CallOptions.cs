namespace Linkerd.Grpc;

/// <summary>What a caller wants of one call.</summary>
/// <param name="Headers">Metadata to send; null: none.</param>
/// <param name="Timeout">How long the whole call may take, from now; null: no limit. A span and not a moment, since clocks are set while calls run.</param>
/// <param name="CancellationToken">Ends the call.</param>
public readonly record struct CallOptions(Metadata? Headers = null, TimeSpan? Timeout = null, CancellationToken CancellationToken = default)
{
    /// <summary>The same with other metadata.</summary>
    public CallOptions WithHeaders(Metadata headers) => this with { Headers = headers };

    /// <summary>The same with another timeout.</summary>
    public CallOptions WithTimeout(TimeSpan timeout) => this with { Timeout = timeout };

    /// <summary>The same with another token.</summary>
    public CallOptions WithCancellationToken(CancellationToken cancellationToken) => this with { CancellationToken = cancellationToken };
}
