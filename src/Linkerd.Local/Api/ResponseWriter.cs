using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Local.Schema;
using Microsoft.AspNetCore.Http;

namespace Linkerd.Local.Api;

/// <summary>Writes answers.</summary>
internal static class ResponseWriter
{
    public static async Task WriteAsync(ApiRequest request, int code, JsonNode node)
    {
        var yaml = request.Http.Request.Headers.Accept.ToString().StartsWith("application/yaml", StringComparison.Ordinal);
        await WriteBytesAsync(request, code, yaml ? Encoding.UTF8.GetBytes(YamlJson.Write(node)) : node.ToUtf8(), yaml ? "application/yaml" : "application/json");
    }

    public static async Task WriteBytesAsync(ApiRequest request, int code, ReadOnlyMemory<byte> body, string contentType = "application/json")
    {
        var response = request.Http.Response;
        request.WriteWarnings();
        response.StatusCode = code;
        response.ContentType = contentType;
        response.Headers.CacheControl = "no-cache, private";
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(request.Http.Request.Method)) await response.Body.WriteAsync(body, request.Cancellation);
    }

    public static Task WriteTextAsync(ApiRequest request, int code, string text) =>
        WriteBytesAsync(request, code, Encoding.UTF8.GetBytes(text), "text/plain; charset=utf-8");

    public static async Task WriteErrorAsync(ApiRequest request, ApiException error)
    {
        if (request.Http.Response.HasStarted)
        {
            request.Http.Abort();
            return;
        }
        if (error.RetryAfterSeconds > 0) request.Http.Response.Headers.RetryAfter = error.RetryAfterSeconds.ToString();
        await WriteAsync(request, error.Code, error.ToStatus());
    }
}
