namespace Linkerd.Viz.Tap;

/// <summary>A tap that cannot be: the HTTP status and the sentence for the user.</summary>
internal sealed class TapException(int status, string message) : Exception(message)
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;
}
