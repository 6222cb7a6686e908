namespace Linkerd.Http;

/// <summary>What an HTTP/1 session reads next.</summary>
internal enum ReceiveState : byte
{
    /// <summary>A head.</summary>
    Head,

    /// <summary>The body of the present message.</summary>
    Body,

    /// <summary>Nothing until the present exchange is over.</summary>
    Wait,
}
