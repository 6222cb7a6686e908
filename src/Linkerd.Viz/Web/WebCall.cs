using Linkerd.Viz.Web.Login;
using Linkerd.Viz.Web.Sessions;
using Microsoft.AspNetCore.Http;

namespace Linkerd.Viz.Web;

/// <summary>A request that has passed the gates, with what they found out.</summary>
/// <param name="Http">The request.</param>
/// <param name="Https">Whether the browser came by https.</param>
/// <param name="Address">From where.</param>
/// <param name="Session">The login, null when there is none.</param>
/// <param name="Roles">What may be done.</param>
internal sealed record WebCall(HttpContext Http, bool Https, string Address, Session? Session, Roles Roles)
{
    /// <summary>Who, for the audit log.</summary>
    public string User => Session?.User ?? "";

    /// <summary>Ends with the request.</summary>
    public CancellationToken Aborted => Http.RequestAborted;
}
