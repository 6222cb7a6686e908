namespace Linkerd.Proxy.Connect;

/// <summary>A connection could not be opened.</summary>
public sealed class ConnectException : Exception
{
    public ConnectException()
    {
    }

    public ConnectException(string message)
        : base(message)
    {
    }

    public ConnectException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The kernel's error; 0 when TLS failed.</summary>
    public int Errno { get; init; }

    /// <summary>It took longer than allowed.</summary>
    public bool IsTimeout { get; init; }
}
