using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Linkerd.Viz.Web.Login;

/// <summary>
/// Who did what, from where: one JSON object per line. What comes from a client is written as a JSON string, cut to 256 characters, so
/// that nobody can forge or flood lines.
/// </summary>
internal sealed class AuditLog(TextWriter output, TimeProvider time)
{
    private const int MaxText = 256;
    private readonly Lock _lock = new();

    /// <summary>Writes a line.</summary>
    /// <param name="what">The act: <c>login</c>, <c>logout</c>, <c>lockout</c>, <c>tap</c>, <c>refused</c>.</param>
    /// <param name="outcome"><c>ok</c> or why not.</param>
    /// <param name="user">Who, as far as is known; empty when it is not.</param>
    /// <param name="address">From where.</param>
    /// <param name="detail">What it was about, or null.</param>
    public void Write(string what, string outcome, string user, string address, string? detail = null)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("time", time.GetUtcNow().UtcDateTime);
            writer.WriteString("audit", what);
            writer.WriteString("outcome", outcome);
            writer.WriteString("user", Cut(user));
            writer.WriteString("from", address);
            if (detail is not null)
                writer.WriteString("detail", Cut(detail));
            writer.WriteEndObject();
        }

        lock (_lock)
        {
            output.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
            output.Flush();
        }
    }

    private static string Cut(string text) => text.Length <= MaxText ? text : text[..MaxText] + "...";
}
