namespace Linkerd.Viz.Web;

/// <summary>What a browser, or whoever says to be one, can make the dashboard hold or do; the page docs/reference/dashboard.md lists them.</summary>
internal static class WebLimits
{
    /// <summary>Connections at once.</summary>
    public const int Connections = 1_000;

    /// <summary>WebSockets at once, over all users.</summary>
    public const int WebSockets = 100;

    /// <summary>WebSockets of one user, or of one address where nobody logs in.</summary>
    public const int WebSocketsPerUser = 8;

    /// <summary>Bytes of a request's body.</summary>
    public const int Body = 16 * 1024;

    /// <summary>Bytes of a request's first line: it may carry a Kubernetes token.</summary>
    public const int RequestLine = 12 * 1024;

    /// <summary>Bytes of all headers of a request.</summary>
    public const int Headers = 32 * 1024;

    /// <summary>Headers of a request.</summary>
    public const int HeaderCount = 100;

    /// <summary>Bytes of a message on a WebSocket.</summary>
    public const int Message = 16 * 1024;

    /// <summary>Requests per second that a tap may ask each proxy for.</summary>
    public const float TapRps = 1_000;

    /// <summary>Time for a request's headers to arrive.</summary>
    public static readonly TimeSpan HeaderTime = TimeSpan.FromSeconds(10);

    /// <summary>Time for the first message on a WebSocket.</summary>
    public static readonly TimeSpan FirstMessage = TimeSpan.FromSeconds(10);

    /// <summary>The longest life of a WebSocket; the page opens the next by itself.</summary>
    public static readonly TimeSpan TapLife = TimeSpan.FromHours(1);
}
