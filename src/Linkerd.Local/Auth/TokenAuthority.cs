using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Linkerd.Local.Api;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Auth;

/// <summary>Signs and verifies service-account tokens: JWT with ES256, bound to an account and perhaps a pod or secret that must still be there.</summary>
internal sealed class TokenAuthority(ApiCore core)
{
    private const string BoundClaims = "kubernetes.io";
    private const int LongestToken = 16 * 1024;
    private readonly string _keyId = Base64Url.EncodeToString(SHA256.HashData(core.Pki.TokenKey.ExportSubjectPublicKeyInfo()));

    /// <summary>The audiences that this API server itself accepts.</summary>
    public IReadOnlyList<string> ApiAudiences { get; } = [core.Options.TokenIssuer];

    /// <summary>A token for an account; <paramref name="bound"/> is the pod or secret that it lives with.</summary>
    public (string Token, DateTimeOffset Expires) Issue(string space, string account, string uid, IReadOnlyList<string> audiences, TimeSpan lifetime, JsonObject? bound)
    {
        var now = core.Clock.GetUtcNow();
        var expires = now + lifetime;
        var kubernetes = new JsonObject { ["namespace"] = space, ["serviceaccount"] = new JsonObject { ["name"] = account, ["uid"] = uid } };
        if (bound is not null) kubernetes[bound.Str("kind")!.ToLowerInvariant()] = new JsonObject { ["name"] = bound.Str("name"), ["uid"] = bound.Str("uid") };
        var claims = new JsonObject
        {
            ["aud"] = Json.ArrayOf(audiences),
            ["exp"] = JsonValue.Create(expires.ToUnixTimeSeconds()),
            ["iat"] = JsonValue.Create(now.ToUnixTimeSeconds()),
            ["iss"] = core.Options.TokenIssuer,
            ["jti"] = Guid.NewGuid().ToString(),
            [BoundClaims] = kubernetes,
            ["nbf"] = JsonValue.Create(now.ToUnixTimeSeconds()),
            ["sub"] = $"system:serviceaccount:{space}:{account}",
        };
        var head = new JsonObject { ["alg"] = "ES256", ["kid"] = _keyId };
        var text = $"{Base64Url.EncodeToString(head.ToUtf8())}.{Base64Url.EncodeToString(claims.ToUtf8())}";
        byte[] signature;
        lock (core.Pki.TokenKey) signature = core.Pki.TokenKey.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256);
        return ($"{text}.{Base64Url.EncodeToString(signature)}", expires);
    }

    /// <summary>The user behind a token that is valid for one of the audiences, or null.</summary>
    public UserInfo? Authenticate(string token, IReadOnlyList<string> audiences) => Authenticate(token, audiences, out _, out _);

    /// <summary>As above; <paramref name="matched"/> are the audiences it is valid for, <paramref name="fault"/> says why it is not.</summary>
    public UserInfo? Authenticate(string token, IReadOnlyList<string> audiences, out string[] matched, out string fault)
    {
        matched = [];
        if (Verify(token, out fault) is not { } claims) return null;
        var issued = claims["aud"] is JsonArray list ? list.Strings().ToArray() : claims.Str("aud") is { } one ? [one] : [];
        matched = issued.Intersect(audiences).ToArray();
        if (matched.Length == 0)
        {
            fault = $"token audiences [\"{string.Join("\" \"", issued)}\"] is invalid for the target audiences [\"{string.Join("\" \"", audiences)}\"]";
            return null;
        }
        return FindUser(claims, ref fault);
    }

    /// <summary>The JSON web key set, for whoever verifies tokens without asking.</summary>
    public JsonObject KeySet()
    {
        var parameters = core.Pki.TokenKey.ExportParameters(includePrivateParameters: false);
        return new JsonObject
        {
            ["keys"] = new JsonArray(new JsonObject
            {
                ["use"] = "sig", ["kty"] = "EC", ["kid"] = _keyId, ["crv"] = "P-256", ["alg"] = "ES256",
                ["x"] = Base64Url.EncodeToString(parameters.Q.X), ["y"] = Base64Url.EncodeToString(parameters.Q.Y),
            }),
        };
    }

    private JsonObject? Verify(string token, out string fault)
    {
        fault = "invalid bearer token";
        var parts = token.Split('.');
        if (parts.Length != 3 || token.Length > LongestToken) return null;
        try
        {
            var head = Json.ParseObject(Base64Url.DecodeFromChars(parts[0]));
            if (head.Str("alg") != "ES256") return null;
            var signed = Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}");
            lock (core.Pki.TokenKey)
                if (!core.Pki.TokenKey.VerifyData(signed, Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256)) return null;
            var claims = Json.ParseObject(Base64Url.DecodeFromChars(parts[1]));
            var now = core.Clock.GetUtcNow().ToUnixTimeSeconds();
            if (claims.Str("iss") != core.Options.TokenIssuer) return null;
            if (claims.Long("exp") is not { } end || now >= end) fault = "service account token has expired";
            else if (claims.Long("nbf") > now + 60) fault = "service account token is not valid yet";
            else return claims;
        }
        catch (Exception e) when (e is FormatException or JsonException or CryptographicException)
        {
            // Not one of our tokens.
        }
        return null;
    }

    private UserInfo? FindUser(JsonObject claims, ref string fault)
    {
        var kubernetes = claims.Obj(BoundClaims);
        var space = kubernetes.Str("namespace") ?? "";
        var name = kubernetes.Obj("serviceaccount").Str("name") ?? "";
        var uid = kubernetes.Obj("serviceaccount").Str("uid") ?? "";
        if (core.Find("", "serviceaccounts", space, name)?.Node is not { } account || account.Obj("metadata").Str("uid") != uid)
        {
            fault = $"service account {space}/{name} has been deleted";
            return null;
        }
        var extra = new Dictionary<string, string[]>();
        foreach (var kind in (ReadOnlySpan<string>)["pod", "secret", "node"])
        {
            if (kubernetes.Obj(kind) is not { } bound) continue;
            var there = core.Find("", kind + "s", kind == "node" ? "" : space, bound.Str("name") ?? "");
            if (there is null || there.Node.Obj("metadata").Str("uid") != bound.Str("uid"))
            {
                fault = $"the {kind} {bound.Str("name")} that the token is bound to is gone";
                return null;
            }
            extra[$"authentication.kubernetes.io/{kind}-name"] = [bound.Str("name") ?? ""];
            extra[$"authentication.kubernetes.io/{kind}-uid"] = [bound.Str("uid") ?? ""];
        }
        fault = "";
        return ServiceAccountUser(space, name) with { Uid = uid, Extra = extra };
    }

    /// <summary>The user that a service account acts as.</summary>
    public static UserInfo ServiceAccountUser(string space, string name) => new($"system:serviceaccount:{space}:{name}",
        ["system:serviceaccounts", $"system:serviceaccounts:{space}", "system:authenticated"]);
}
