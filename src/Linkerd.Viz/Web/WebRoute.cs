using Linkerd.Viz.Web.Login;

namespace Linkerd.Viz.Web;

/// <summary>One entry of the API.</summary>
/// <param name="Method">GET or POST.</param>
/// <param name="Path">The exact path.</param>
/// <param name="Needs">The role that a caller must have; none for what must work before login.</param>
/// <param name="Handle">Answers.</param>
internal sealed record WebRoute(string Method, string Path, Roles Needs, Func<WebCall, Task> Handle)
{
    /// <summary>Whether the caller's page must be ours: for what changes something, and for WebSockets.</summary>
    public bool OwnPageOnly { get; init; }
}
