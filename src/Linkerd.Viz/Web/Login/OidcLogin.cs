using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Linkerd.Viz.Web.Access;
using Linkerd.Viz.Web.Sessions;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Linkerd.Viz.Web.Login;

/// <summary>
/// Login by the authorization code flow of OpenID Connect Core 1.0 with PKCE (RFC 7636), state and nonce. State is kept here, for ten
/// minutes and 1,000 logins under way at most, and tied to the browser by a cookie.
/// </summary>
internal sealed class OidcLogin(OidcOptions options, LoginFiles files, HttpClient http, TimeProvider time) : IDisposable
{
    private const int MaxUnderWay = 1_000;
    private const int MaxGroups = 200;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    // Signatures by keys that only the provider has; HS256 would make the client secret a signing key.
    private static readonly string[] s_algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];

    private readonly OidcProvider _provider = new(options.Issuer, http, time);
    private readonly BoundedTable<string, Pending> _pending = new(MaxUnderWay);

    /// <summary>Begins a login: where the browser is to go, and what its cookie is to hold.</summary>
    public async Task<(string Address, string Binding)> StartAsync(string returnTo, CancellationToken cancel)
    {
        var configuration = await _provider.ReadAsync(unknownKey: false, cancel);
        var (state, nonce, verifier, binding) = (SessionStore.NewId(), SessionStore.NewId(), SessionStore.NewId(), SessionStore.NewId());
        _pending.Set(state, new Pending(nonce, verifier, binding, returnTo, time.GetUtcNow()));
        var query = new Dictionary<string, string>
        {
            ["response_type"] = "code",
            ["client_id"] = options.ClientId,
            ["redirect_uri"] = options.RedirectUri.AbsoluteUri,
            ["scope"] = options.Scopes,
            ["state"] = state,
            ["nonce"] = nonce,
            ["code_challenge"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))),
            ["code_challenge_method"] = "S256",
        };
        var address = configuration.AuthorizationEndpoint;
        return (address + (address.Contains('?', StringComparison.Ordinal) ? '&' : '?') + string.Join('&', query.Select(p => $"{p.Key}={Uri.EscapeDataString(p.Value)}")), binding);
    }

    /// <summary>Ends a login with what the provider sent the browser back with.</summary>
    /// <exception cref="OidcException">It is not the answer to a login of this browser, or the provider's tokens do not hold.</exception>
    public async Task<OidcIdentity> CompleteAsync(string? state, string? code, string? issuer, string? binding, CancellationToken cancel)
    {
        if (state is null || code is null || !_pending.TryRemove(state, out var pending) || time.GetUtcNow() - pending.Created > Patience)
            throw new OidcException("this login was not begun here, or it took longer than ten minutes: log in again");
        if (!SessionStore.Same(binding, pending.Binding))
            throw new OidcException("this login was begun in another browser: log in again");
        var configuration = await _provider.ReadAsync(unknownKey: false, cancel);
        // RFC 9207: the answer of another provider's server is refused before its code is used.
        if (issuer is not null && issuer != configuration.Issuer)
            throw new OidcException($"the answer is of issuer '{issuer}': log in again");
        var token = await ValidateAsync(await ExchangeAsync(configuration, code, pending.Verifier, cancel), cancel);
        if (!SessionStore.Same(Text(token, "nonce"), pending.Nonce))
            throw new OidcException("the token is the answer to another login (nonce): log in again");
        var user = Text(token, options.UserClaim);
        // An address that the provider has not verified is what the user typed.
        if (options.UserClaim == "email" && Text(token, "email_verified") is "false" or "False")
            user = null;
        return new OidcIdentity(user ?? token.Subject, Groups(token), pending.ReturnTo);
    }

    /// <inheritdoc/>
    public void Dispose() => _provider.Dispose();

    private async Task<string> ExchangeAsync(OpenIdConnectConfiguration configuration, string code, string verifier, CancellationToken cancel)
    {
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["redirect_uri"] = options.RedirectUri.AbsoluteUri,
            ["code_verifier"] = verifier,
            ["client_id"] = options.ClientId,
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, configuration.TokenEndpoint);
        var secret = files.Current.ClientSecret;
        var methods = configuration.TokenEndpointAuthMethodsSupported;
        if (secret.Length > 0 && methods.Contains("client_secret_post") && !methods.Contains("client_secret_basic"))
            form["client_secret"] = secret;
        else if (secret.Length > 0)
            request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Uri.EscapeDataString(options.ClientId)}:{Uri.EscapeDataString(secret)}")));
        request.Content = new FormUrlEncodedContent(form);
        try
        {
            using var response = await http.SendAsync(request, cancel);
            var body = await response.Content.ReadAsStringAsync(cancel);
            using var json = JsonDocument.Parse(body);
            if (response.IsSuccessStatusCode && json.RootElement.TryGetProperty("id_token", out var token) && token.GetString() is { } text)
                return text;
            var reason = json.RootElement.TryGetProperty("error", out var error) ? error.ToString() : "no id_token";
            throw new OidcException($"the login provider did not exchange the code: HTTP {(int)response.StatusCode}, {reason}");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or InvalidOperationException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            throw new OidcException($"the login provider's token endpoint did not answer as it should: {e.Message}", e);
        }
    }

    private async Task<JsonWebToken> ValidateAsync(string text, CancellationToken cancel)
    {
        var result = await ValidateAsync(text, await _provider.ReadAsync(unknownKey: false, cancel));
        // The provider has rolled its keys over.
        if (result.Exception is SecurityTokenSignatureKeyNotFoundException)
            result = await ValidateAsync(text, await _provider.ReadAsync(unknownKey: true, cancel));
        if (!result.IsValid || result.SecurityToken is not JsonWebToken token)
            throw new OidcException($"the login provider's token does not hold: {Reason(result.Exception)}", result.Exception);
        if (token.Audiences.Count() > 1 && Text(token, "azp") != options.ClientId)
            throw new OidcException("the login provider's token is for several clients, and was not given to this one (azp)");
        return token;
    }

    private Task<TokenValidationResult> ValidateAsync(string text, OpenIdConnectConfiguration configuration) =>
        new JsonWebTokenHandler { MapInboundClaims = false }.ValidateTokenAsync(text, new TokenValidationParameters
        {
            ValidIssuer = configuration.Issuer,
            ValidAudience = options.ClientId,
            IssuerSigningKeys = configuration.SigningKeys,
            ValidAlgorithms = s_algorithms,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            ClockSkew = TimeSpan.FromMinutes(1),
        });

    // The library's texts are long and say what it looked at; the kind of fault is what the user can use.
    private static string Reason(Exception? e) => e switch
    {
        SecurityTokenExpiredException => "it has expired; are the clocks right?",
        SecurityTokenNotYetValidException => "it is not valid yet; are the clocks right?",
        SecurityTokenInvalidAudienceException => "it is for another client; check -oidc-client-id",
        SecurityTokenInvalidIssuerException => "it is of another issuer; check -oidc-issuer",
        SecurityTokenInvalidAlgorithmException => "it is signed with an algorithm that is not taken",
        SecurityTokenSignatureKeyNotFoundException => "it is signed with a key that the provider does not publish",
        SecurityTokenInvalidSignatureException => "its signature is wrong",
        _ => "it cannot be read",
    };

    private static string? Text(JsonWebToken token, string claim) => token.TryGetPayloadValue<object>(claim, out var value) ? value?.ToString() : null;

    private List<string> Groups(JsonWebToken token) =>
        [.. token.Claims.Where(c => c.Type == options.GroupsClaim).Select(static c => c.Value).Where(static v => v.Length is > 0 and <= 256).Take(MaxGroups)];

    private sealed record Pending(string Nonce, string Verifier, string Binding, string ReturnTo, DateTimeOffset Created);
}
