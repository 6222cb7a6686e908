using System.Text;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Admin;

/// <summary>An answer of the admin server.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="ContentType">Media type.</param>
/// <param name="Body">May be empty.</param>
public sealed record AdminResponse(int Status, string ContentType, ReadOnlyMemory<byte> Body)
{
    /// <summary>The body is compressed.</summary>
    public bool IsGzip { get; init; }

    /// <summary>Lines of the log follow by this filter, without end; null for none.</summary>
    public LogFilter? Logs { get; init; }

    /// <summary>Value of <c>allow</c>; null for none.</summary>
    public string? Allow { get; init; }

    public static AdminResponse Text(int status, string text) => new(status, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(text));
}
