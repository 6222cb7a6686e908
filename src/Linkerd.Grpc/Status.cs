namespace Linkerd.Grpc;

/// <summary>A status code and the words that go with it.</summary>
/// <param name="StatusCode">The code.</param>
/// <param name="Detail">Text for people; empty when there is none.</param>
/// <param name="DebugException">What led to it on this side; never sent.</param>
public readonly record struct Status(StatusCode StatusCode, string Detail, Exception? DebugException = null)
{
    /// <summary>Success without words.</summary>
    public static Status DefaultSuccess { get; } = new(StatusCode.OK, "");

    /// <summary>Cancelled without words.</summary>
    public static Status DefaultCancelled { get; } = new(StatusCode.Cancelled, "");

    /// <inheritdoc />
    public override string ToString() => $"Status(StatusCode=\"{StatusCode}\", Detail=\"{Detail}\")";
}
