using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Linkerd.Viz.Web.Api.Models;
using Microsoft.AspNetCore.Http;

namespace Linkerd.Viz.Web.Api;

/// <summary>Writes answers.</summary>
internal static class JsonAnswers
{
    // Below, compression costs more than it saves.
    private const int Compressible = 2 * 1024;

    /// <summary>A value as JSON, compressed when it is large and the browser takes gzip. Not for what holds secrets.</summary>
    public static Task SendAsync<T>(HttpContext http, T value, JsonTypeInfo<T> type) =>
        SendAsync(http, JsonSerializer.SerializeToUtf8Bytes(value, type), "application/json; charset=utf-8");

    /// <summary>Bytes, likewise.</summary>
    public static async Task SendAsync(HttpContext http, ReadOnlyMemory<byte> body, string type)
    {
        var response = http.Response;
        response.ContentType = type;
        response.Headers.Vary = "Accept-Encoding";
        if (body.Length >= Compressible && http.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.Ordinal))
        {
            var compressed = new MemoryStream(body.Length / 3);
            await using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
                await gzip.WriteAsync(body);
            response.Headers.ContentEncoding = "gzip";
            body = compressed.GetBuffer().AsMemory(0, (int)compressed.Length);
        }

        response.ContentLength = body.Length;
        if (http.Request.Method != "HEAD")
            await response.Body.WriteAsync(body, http.RequestAborted);
    }

    /// <summary>Plain text; never seen as HTML.</summary>
    public static Task TextAsync(HttpContext http, string text, string type = "text/plain; charset=utf-8") =>
        SendAsync(http, System.Text.Encoding.UTF8.GetBytes(text), type);

    /// <summary>A refusal or failure; nothing when the answer has begun.</summary>
    public static async Task ErrorAsync(HttpContext http, int status, string message, TimeSpan? retryAfter = null)
    {
        if (http.Response.HasStarted)
            return;
        http.Response.StatusCode = status;
        if (retryAfter is { } wait)
            http.Response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        await SendAsync(http, new ErrorAnswer(message), WebJson.Default.ErrorAnswer);
    }
}
