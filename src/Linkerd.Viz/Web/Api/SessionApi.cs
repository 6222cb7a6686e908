using System.Globalization;
using System.Text.Json;
using Linkerd.Kubernetes;
using Linkerd.Viz.Web.Api.Models;
using Linkerd.Viz.Web.Login;
using Linkerd.Viz.Web.Sessions;
using Microsoft.AspNetCore.Http;

namespace Linkerd.Viz.Web.Api;

/// <summary>Logging in and out.</summary>
internal sealed class SessionApi(
    WebOptions options, SessionStore sessions, LoginGuard guard, PasswordLogin passwords, OidcLogin? oidc, KubernetesTokens? tokens, AuditLog audit)
{
    private const string Method = "password";

    /// <summary>The calls; all of them work before login.</summary>
    public IEnumerable<WebRoute> Routes =>
    [
        new("GET", "/api/session", Roles.None, ShowAsync),
        new("POST", "/api/login", Roles.None, LoginAsync) { OwnPageOnly = true },
        new("POST", "/api/logout", Roles.None, LogoutAsync) { OwnPageOnly = true },
        new("GET", "/api/oidc/start", Roles.None, StartOidcAsync),
        new("GET", "/api/oidc/callback", Roles.None, EndOidcAsync),
        new("GET", "/auth/token", Roles.None, RedeemAsync),
    ];

    private Task ShowAsync(WebCall call)
    {
        var roles = new List<string>();
        if (call.Roles.HasFlag(Roles.View))
            roles.Add("view");
        if (call.Roles.HasFlag(Roles.Tap))
            roles.Add("tap");
        var answer = new SessionAnswer(
            options.Login.ToString().ToLowerInvariant(), call.User, roles, call.Session?.Csrf ?? sessions.AnonymousCsrf, null, options.Links, options.ClusterDomain);
        // Not compressed: compression beside a secret tells of the secret (BREACH).
        call.Http.Response.ContentType = "application/json; charset=utf-8";
        return JsonSerializer.SerializeAsync(call.Http.Response.Body, answer, WebJson.Default.SessionAnswer, call.Aborted);
    }

    private async Task LoginAsync(WebCall call)
    {
        if (options.Login != LoginMode.Password)
            throw new WebFaultException(StatusCodes.Status404NotFound, "one does not log in by password here; /api/session says how");
        var request = await ReadAsync(call);
        var (user, password) = (request.User ?? "", request.Password ?? "");
        CheckLockout(user, call.Address);
        string? credential;
        try
        {
            credential = await passwords.CheckAsync(user, password, call.Aborted);
        }
        catch (TooManyLoginsException e)
        {
            throw new WebFaultException(StatusCodes.Status429TooManyRequests, "too many people are logging in: try again", e) { RetryAfter = TimeSpan.FromSeconds(2) };
        }

        if (credential is null)
        {
            var locked = guard.Failed(user, call.Address);
            audit.Write("login", "wrong password", user, call.Address, Method);
            if (locked)
                audit.Write("lockout", "too many failures", user, call.Address, string.Create(CultureInfo.InvariantCulture, $"{guard.Wait(user, call.Address).TotalSeconds:0} s"));
            throw new WebFaultException(StatusCodes.Status401Unauthorized, "user or password is wrong");
        }

        guard.Succeeded(user, call.Address);
        Open(call, user, [], Method, credential);
        call.Http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private void CheckLockout(string user, string address)
    {
        var wait = guard.Wait(user, address);
        if (wait <= TimeSpan.Zero)
            return;
        audit.Write("login", "locked out", user, address, Method);
        throw new WebFaultException(StatusCodes.Status429TooManyRequests, string.Create(CultureInfo.InvariantCulture, $"too many wrong passwords: try again in {Math.Ceiling(wait.TotalSeconds):0} s")) { RetryAfter = wait };
    }

    private static async Task<LoginRequest> ReadAsync(WebCall call)
    {
        // A form of another site can be sent without asking first, JSON cannot.
        if (call.Http.Request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) != true)
            throw new WebFaultException(StatusCodes.Status415UnsupportedMediaType, "send application/json");
        try
        {
            return await JsonSerializer.DeserializeAsync(call.Http.Request.Body, WebJson.Default.LoginRequest, call.Aborted) ?? new LoginRequest(null, null);
        }
        catch (JsonException e)
        {
            throw new FormatException("the body is not {\"user\":…,\"password\":…}", e);
        }
    }

    private Task LogoutAsync(WebCall call)
    {
        if (call.Session is not null && SessionCookie.Read(call.Http.Request, call.Https) is { } id)
        {
            sessions.Close(id);
            audit.Write("logout", "ok", call.User, call.Address);
        }

        SessionCookie.Delete(call.Http.Response, call.Https);
        call.Http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private async Task StartOidcAsync(WebCall call)
    {
        var login = oidc ?? throw new WebFaultException(StatusCodes.Status404NotFound, "one does not log in by OpenID Connect here; /api/session says how");
        try
        {
            var (address, binding) = await login.StartAsync(LocalPath(call.Http.Request.Query["return"].ToString()), call.Aborted);
            SessionCookie.WriteState(call.Http.Response, call.Https, binding);
            call.Http.Response.Redirect(address);
        }
        catch (OidcException e)
        {
            throw new WebFaultException(StatusCodes.Status502BadGateway, e.Message, e);
        }
    }

    private async Task EndOidcAsync(WebCall call)
    {
        var login = oidc ?? throw new WebFaultException(StatusCodes.Status404NotFound, "one does not log in by OpenID Connect here; /api/session says how");
        var query = call.Http.Request.Query;
        var binding = SessionCookie.TakeState(call.Http, call.Https);
        try
        {
            if (query["error"].ToString() is { Length: > 0 } error)
                throw new OidcException($"the login provider refused: {(error.Length > 100 ? error[..100] : error)}");
            var identity = await login.CompleteAsync(One(query["state"]), One(query["code"]), One(query["iss"]), binding, call.Aborted);
            Open(call, identity.User, identity.Groups, "oidc", "");
            call.Http.Response.Redirect(identity.ReturnTo);
        }
        catch (OidcException e)
        {
            audit.Write("login", e.Message, "", call.Address, "oidc");
            call.Http.Response.Redirect("/login?error=" + Uri.EscapeDataString(e.Message));
        }
    }

    private async Task RedeemAsync(WebCall call)
    {
        if (options.Login == LoginMode.None)
        {
            call.Http.Response.Redirect("/");
            return;
        }

        string? user = null;
        if (tokens is not null)
        {
            // The same guard as for passwords: each guess would cost the API server a review.
            CheckLockout("", call.Address);
            try
            {
                user = await tokens.RedeemAsync(call.Http.Request.Query["token"].ToString(), call.Aborted);
            }
            catch (KubernetesException e)
            {
                audit.Write("login", e.Message, "", call.Address, "kubeconfig");
                throw new WebFaultException(StatusCodes.Status502BadGateway, $"the API server could not be asked about the token: {e.Message}", e);
            }
        }

        if (user is null)
        {
            guard.Failed("", call.Address);
            audit.Write("login", "token refused", "", call.Address, "kubeconfig");
            throw new WebFaultException(StatusCodes.Status401Unauthorized, "this link is no longer good: run linkerd viz dashboard again");
        }

        Open(call, user, [], "kubeconfig", "");
        call.Http.Response.Redirect("/");
    }

    private void Open(WebCall call, string user, IReadOnlyList<string> groups, string method, string credential)
    {
        // A session id that was there before is never given more rights: whoever planted it would have them too.
        if (SessionCookie.Read(call.Http.Request, call.Https) is { } old)
            sessions.Close(old);
        var (id, _) = sessions.Open(user, groups, method, credential);
        SessionCookie.Write(call.Http.Response, call.Https, id);
        audit.Write("login", "ok", user, call.Address, method);
    }

    private static string? One(Microsoft.Extensions.Primitives.StringValues values) => values.Count == 1 ? values[0] : null;

    // Only to ourselves: "//host" and "/\host" are other hosts to a browser.
    private static string LocalPath(string path) =>
        path.Length is > 0 and <= 1024 && path[0] == '/' && (path.Length == 1 || path[1] is not ('/' or '\\')) && !path.Any(char.IsControl) ? path : "/";
}
