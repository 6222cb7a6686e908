using System.Text;
using System.Text.Json;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Api;

/// <summary>The parameters of lists and watches.</summary>
internal sealed class ListOptions
{
    public required Selector Labels { get; init; }

    public required FieldSelector Fields { get; init; }

    public int Limit { get; init; }

    /// <summary>Only objects behind this key.</summary>
    public string? After { get; init; }

    /// <summary>The version in the query, or in the continue token; 0: none or any.</summary>
    public long Version { get; init; }

    public bool HasVersion { get; init; }

    public bool Exact { get; init; }

    public static ListOptions Read(ApiRequest request)
    {
        var fields = FieldSelector.Parse(request.Resource, request.Query("fieldSelector"));
        var token = request.Query("continue");
        var version = request.Query("resourceVersion");
        var match = request.Query("resourceVersionMatch");
        if (match is not ("" or "Exact" or "NotOlderThan")) throw InvalidOption("resourceVersionMatch", FieldError.Unsupported("resourceVersionMatch", match, "Exact", "NotOlderThan"));
        if (match.Length > 0 && version.Length == 0 && !request.Flag("sendInitialEvents"))
            throw InvalidOption("resourceVersionMatch", FieldError.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided"));
        if (version.Length > 0 && !(long.TryParse(version, out var parsed) && parsed >= 0))
            throw InvalidOption("resourceVersion", FieldError.InvalidText("resourceVersion", version, "strconv.ParseUint: parsing \"" + version + "\": invalid syntax"));
        if (token.Length > 0 && version is not ("" or "0")) throw ApiException.BadRequest("specifying resource version is not allowed when using continue");
        var after = token.Length > 0 ? ReadToken(token) : default;
        var limit = (int)Math.Clamp(request.Number("limit") ?? 0, 0, int.MaxValue);
        var number = version.Length > 0 ? long.Parse(version) : 0;
        return new ListOptions
        {
            Labels = Selector.Parse(request.Query("labelSelector")),
            Fields = fields,
            Limit = limit,
            After = after.Key,
            Version = token.Length > 0 ? after.Version : number,
            HasVersion = version.Length > 0,
            Exact = match == "Exact" || (match.Length == 0 && limit > 0 && number > 0) || token.Length > 0,
        };
    }

    /// <summary>The token that a client sends to get the page behind a key, at the same version.</summary>
    public static string Token(long version, string key) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes($$"""{"v":"meta.k8s.io/v1","rv":{{version}},"start":"{{key}}\u0000"}""")).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static (long Version, string Key) ReadToken(string token)
    {
        try
        {
            var base64 = token.Replace('-', '+').Replace('_', '/');
            var node = Json.ParseObject(Convert.FromBase64String(base64.PadRight((base64.Length + 3) / 4 * 4, '=')));
            if (node.Long("rv") is { } version && node.Str("start") is { } start) return (version, start.TrimEnd('\0'));
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            // Answered below, like a token with missing parts.
        }
        throw ApiException.BadRequest("continue key is not valid: it must come from a previous list");
    }

    private static ApiException InvalidOption(string _, FieldError error) => ApiException.Invalid("meta.k8s.io", "ListOptions", "", [error]);
}
