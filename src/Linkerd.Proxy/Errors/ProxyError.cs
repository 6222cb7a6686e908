namespace Linkerd.Proxy.Errors;

/// <summary>An answer that the proxy makes itself: the cause, and words for <c>l5d-proxy-error</c>.</summary>
/// <param name="Kind">The cause; <see cref="ErrorTable"/> says what it becomes on the wire.</param>
/// <param name="Message">Printable ASCII; a constant where it can be.</param>
public readonly record struct ProxyError(ProxyErrorKind Kind, string Message)
{
    /// <summary>What this one error becomes on the wire, where its kind alone does not say; null for what <see cref="ErrorTable"/> says.</summary>
    public ErrorAnswer? Answer { get; init; }

    public bool IsNone => Kind == ProxyErrorKind.None;

    /// <summary>The cause with its usual words.</summary>
    public static ProxyError Of(ProxyErrorKind kind) => new(kind, ErrorTable.Of(kind).Text);
}
