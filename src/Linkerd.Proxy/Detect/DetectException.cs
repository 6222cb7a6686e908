namespace Linkerd.Proxy.Detect;

/// <summary>A connection could not be told or its TLS handshake failed; <see cref="Reason"/> is the <c>error</c> label.</summary>
public sealed class DetectException : Exception
{
    public DetectException()
    {
    }

    public DetectException(string message)
        : base(message)
    {
    }

    public DetectException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public DetectException(string reason, string message)
        : base(message) => Reason = reason;

    /// <summary>Label value: <c>tls detection timeout</c>, <c>i/o</c>, …</summary>
    public string Reason { get; } = "unexpected";
}
