using Linkerd.Net;

namespace Linkerd.Proxy.Detect;

/// <summary>Ends connections that are not served.</summary>
internal static class RefusedConnection
{
    /// <summary>
    /// Resets the connection, unless it is being closed in order already: then what is on its way, such as the alert that says why
    /// a TLS handshake failed, still goes out.
    /// </summary>
    public static void End(Transport transport)
    {
        if (transport.IsWriteClosed) transport.Close();
        else transport.Abort();
    }
}
