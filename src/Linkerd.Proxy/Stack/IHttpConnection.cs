namespace Linkerd.Proxy.Stack;

/// <summary>An HTTP connection that can be ended.</summary>
public interface IHttpConnection
{
    /// <summary>Ends in order: GOAWAY, or <c>connection: close</c> on the next answer; idle ones at once.</summary>
    void Drain();

    /// <summary>Ends now.</summary>
    void Abort();
}
