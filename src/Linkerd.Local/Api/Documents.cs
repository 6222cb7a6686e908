using System.Text.Json.Nodes;
using Linkerd.Local.Schema;
using Linkerd.Local.Schema.OpenApi;
using Microsoft.AspNetCore.Http;

namespace Linkerd.Local.Api;

/// <summary>Documents beside discovery: OpenAPI, the list of paths, keys for tokens.</summary>
internal sealed class Documents(ApiCore core)
{
    private const string ProtobufTwo = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
    private readonly OpenApiDocuments _openApi = new(core.Registry);

    /// <summary>Answers one of these paths, or false.</summary>
    public async Task<bool> TryHandleAsync(ApiRequest request)
    {
        switch (request.Path.Path.TrimEnd('/'))
        {
            case "/openapi/v2":
                var protobuf = request.Http.Request.Headers.Accept.ToString().Contains("proto-openapi.spec.v2", StringComparison.Ordinal);
                await ResponseWriter.WriteBytesAsync(request, 200, protobuf ? _openApi.TwoProtobuf() : _openApi.Two(), protobuf ? ProtobufTwo.Replace('@', '.') : "application/json");
                return true;
            case "/openapi/v3":
                await ResponseWriter.WriteBytesAsync(request, 200, _openApi.ThreeIndex());
                return true;
            case "":
                await ResponseWriter.WriteAsync(request, 200, new JsonObject { ["paths"] = Json.ArrayOf(Paths()) });
                return true;
            case "/openid/v1/jwks":
                await ResponseWriter.WriteAsync(request, 200, core.Tokens.KeySet());
                return true;
            case "/.well-known/openid-configuration":
                await ResponseWriter.WriteAsync(request, 200, OpenIdConfiguration());
                return true;
            default:
                return await TryThreeAsync(request);
        }
    }

    private async Task<bool> TryThreeAsync(ApiRequest request)
    {
        var parts = request.Path.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var document = parts switch
        {
            ["openapi", "v3", "api", var version] => _openApi.Three("", version),
            ["openapi", "v3", "apis", var group, var version] => _openApi.Three(group, version),
            _ => null,
        };
        if (document is null) return false;
        var accept = request.Http.Request.Headers.Accept.ToString();
        if (accept.Contains("protobuf", StringComparison.Ordinal) && !accept.Contains("json", StringComparison.Ordinal) && !accept.Contains("*/*", StringComparison.Ordinal)) throw ApiException.NotAcceptable();
        await ResponseWriter.WriteBytesAsync(request, 200, document);
        return true;
    }

    private IEnumerable<string> Paths() => core.Registry.All
        .SelectMany(r => r.Versions.SelectMany(v => r.Group.Length == 0 ? ["/api", "/api/v1"] : new[] { $"/apis/{r.Group}", $"/apis/{r.Group}/{v.Name}" }))
        .Concat(["/apis", "/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/openid/v1/jwks", "/readyz", "/version", "/.well-known/openid-configuration"])
        .Distinct().Order(StringComparer.Ordinal);

    private JsonObject OpenIdConfiguration() => new()
    {
        ["issuer"] = core.Options.TokenIssuer,
        ["jwks_uri"] = core.Options.TokenIssuer + "/openid/v1/jwks",
        ["response_types_supported"] = Json.ArrayOf(["id_token"]),
        ["subject_types_supported"] = Json.ArrayOf(["public"]),
        ["id_token_signing_alg_values_supported"] = Json.ArrayOf(["ES256"]),
    };
}
