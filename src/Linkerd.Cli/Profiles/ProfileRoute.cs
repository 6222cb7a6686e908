namespace Linkerd.Cli.Profiles;

/// <summary>A route of a ServiceProfile as a generator finds it.</summary>
/// <param name="Name">Its name, the label <c>rt_route</c> of metrics.</param>
/// <param name="Method">HTTP method.</param>
/// <param name="PathRegex">Regular expression over the whole path.</param>
public sealed record ProfileRoute(string Name, string Method, string PathRegex)
{
    /// <summary>Whether a failed request may be sent again.</summary>
    public bool IsRetryable { get; init; }

    /// <summary>Time limit of the response, in Go's form such as <c>250ms</c>; empty is none.</summary>
    public string Timeout { get; init; } = "";

    /// <summary>Statuses with their classification, in order.</summary>
    public IReadOnlyList<StatusClass> ResponseClasses { get; init; } = [];
}

/// <summary>Statuses from <paramref name="Min"/> to <paramref name="Max"/>; from 500 on they are failures.</summary>
public readonly record struct StatusClass(int Min, int Max)
{
    /// <summary>Whether such a response counts as a failure.</summary>
    public bool IsFailure => Min >= 500;
}
