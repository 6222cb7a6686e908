using System.Text.Json;
using System.Text.Json.Nodes;
using Linkerd.Local.Schema;
using Microsoft.AspNetCore.Http;

namespace Linkerd.Local.Api;

/// <summary>Reads request bodies: JSON or YAML, within the size limit.</summary>
internal static class BodyReader
{
    public static async Task<byte[]> ReadBytesAsync(ApiRequest request)
    {
        using var buffer = new MemoryStream();
        try
        {
            await request.Http.Request.Body.CopyToAsync(buffer, request.Cancellation);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw new ApiException(413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728");
        }
        return buffer.ToArray();
    }

    /// <summary>The media type of the body without parameters; empty means JSON.</summary>
    public static string MediaType(HttpRequest request)
    {
        var type = request.ContentType ?? "";
        var end = type.IndexOf(';');
        return (end < 0 ? type : type[..end]).Trim().ToLowerInvariant();
    }

    /// <summary>Reads an object; duplicates of a field go to <paramref name="duplicates"/>.</summary>
    public static async Task<JsonObject> ReadObjectAsync(ApiRequest request, List<string>? duplicates = null)
    {
        var media = MediaType(request.Http.Request);
        if (media == ProtobufReader.MediaType) return ProtobufReader.Read(await ReadBytesAsync(request));
        var yaml = media is "application/yaml" or "application/x-yaml" or "text/yaml";
        if (!yaml && media is not ("" or "application/json" or "text/plain" or "application/x-www-form-urlencoded" or "*/*"))
            throw ApiException.UnsupportedMediaType($"the body of the request was in an unknown format - accepted media types include: application/json, application/yaml");
        var bytes = await ReadBytesAsync(request);
        if (bytes.Length == 0) throw ApiException.BadRequest("the body of the request is empty; an object is expected");
        return Parse(bytes, yaml, duplicates);
    }

    public static JsonObject Parse(byte[] bytes, bool yaml, List<string>? duplicates = null)
    {
        try
        {
            var node = yaml ? YamlJson.Parse(bytes) : Json.Parse(bytes, duplicates);
            return node as JsonObject ?? throw ApiException.BadRequest("the object provided is unrecognized (must be of type object)");
        }
        catch (JsonException e)
        {
            throw ApiException.BadRequest("couldn't get version/kind; json parse error: " + e.Message);
        }
        catch (YamlDotNet.Core.YamlException e)
        {
            throw ApiException.BadRequest("error converting YAML to JSON: " + e.Message);
        }
    }
}
