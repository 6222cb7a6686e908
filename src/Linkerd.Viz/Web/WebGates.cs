using Linkerd.Viz.Web.Access;
using Linkerd.Viz.Web.Login;
using Linkerd.Viz.Web.Sessions;
using Microsoft.AspNetCore.Http;

namespace Linkerd.Viz.Web;

/// <summary>What stands between the network and the handlers.</summary>
internal sealed class WebGates(WebOptions options, SessionStore sessions, LoginFiles files, AuditLog audit, TimeProvider time)
{
    private const string CsrfHeader = "x-csrf-token";
    private readonly OriginCheck _origins = new(options.ExternalUrl);
    private readonly ClientAddress _addresses = new(options.TrustForwarded);
    private readonly RateGate _rate = WebServer.NewRateGate(options, time);

    /// <summary>Refuses requests for other hosts, with the text that explains it.</summary>
    public void CheckHost(HttpContext http)
    {
        var host = http.Request.Host.Value ?? "";
        if (options.Hosts.Allows(host) || IsExternal(host))
            return;
        audit.Write("refused", "host", "", _addresses.Of(http), host);
        throw new WebFaultException(StatusCodes.Status400BadRequest, options.Hosts.Refusal(host));
    }

    /// <summary>Lets a call in, or throws the refusal.</summary>
    public WebCall Admit(HttpContext http, bool https, WebRoute route)
    {
        var address = _addresses.Of(http);
        if (!_rate.TryEnter(address))
            throw new WebFaultException(StatusCodes.Status429TooManyRequests, "too many requests: wait a second") { RetryAfter = TimeSpan.FromSeconds(1) };

        var login = files.Current;
        var session = options.Login == LoginMode.None ? null : sessions.Find(SessionCookie.Read(http.Request, https), login);
        var roles = options.Login == LoginMode.None ? Roles.All : session?.RolesBy(login.Roles) ?? Roles.None;
        var call = new WebCall(http, https, address, session, roles);
        if ((roles & route.Needs) == route.Needs)
        {
            if (route.OwnPageOnly)
                CheckOwnPage(call);
            return call;
        }

        throw session is null && options.Login != LoginMode.None
            ? new WebFaultException(StatusCodes.Status401Unauthorized, "log in first")
            : new WebFaultException(StatusCodes.Status403Forbidden, $"you may not: the role {(route.Needs == Roles.All ? "tap" : route.Needs.ToString().ToLowerInvariant())} is missing; the file roles of the login Secret gives it");
    }

    private bool IsExternal(string host) => options.ExternalUrl is { } url && string.Equals(host, url.Authority, StringComparison.OrdinalIgnoreCase);

    private void CheckOwnPage(WebCall call)
    {
        var request = call.Http.Request;
        if (!_origins.Allows(request))
        {
            audit.Write("refused", "origin", call.User, call.Address, $"{request.Path} from {request.Headers.Origin}");
            throw new WebFaultException(StatusCodes.Status403Forbidden, "this request was sent by a page of another site; behind an ingress that rewrites Host, set -external-url or take the header Origin away");
        }

        // A browser cannot set headers of a WebSocket, and its handshake changes nothing: there the origin is what counts.
        if (call.Http.WebSockets.IsWebSocketRequest)
            return;
        if (!SessionStore.Same(request.Headers[CsrfHeader], call.Session?.Csrf ?? sessions.AnonymousCsrf))
        {
            audit.Write("refused", "csrf", call.User, call.Address, request.Path);
            throw new WebFaultException(StatusCodes.Status403Forbidden, $"the header {CsrfHeader} is missing or old: reload the page");
        }
    }
}
