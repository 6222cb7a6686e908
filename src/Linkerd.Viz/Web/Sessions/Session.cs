using Linkerd.Viz.Web.Login;

namespace Linkerd.Viz.Web.Sessions;

/// <summary>One login.</summary>
internal sealed class Session : IDisposable
{
    private readonly IReadOnlyList<string> _groups;
    private readonly CancellationTokenSource _ended = new();
    private long _lastSeen;

    /// <summary>Begins one.</summary>
    /// <param name="user">Who.</param>
    /// <param name="groups">The user's groups, from OIDC.</param>
    /// <param name="csrf">What changing calls must carry.</param>
    /// <param name="method"><c>password</c>, <c>oidc</c> or <c>kubeconfig</c>.</param>
    /// <param name="credential">The password's hash: a session ends with the password that opened it. Empty for other methods.</param>
    /// <param name="created">When it began.</param>
    public Session(string user, IReadOnlyList<string> groups, string csrf, string method, string credential, DateTimeOffset created)
    {
        (User, Csrf, Method, Credential, Created, _groups) = (user, csrf, method, credential, created, groups);
        _lastSeen = created.UtcTicks;
        // Taken now: a source that was disposed gives no token any more.
        Ended = _ended.Token;
    }

    public string User { get; }

    public string Csrf { get; }

    public string Method { get; }

    public string Credential { get; }

    public DateTimeOffset Created { get; }

    /// <summary>When it was last used.</summary>
    public DateTimeOffset LastSeen
    {
        get => new(Interlocked.Read(ref _lastSeen), TimeSpan.Zero);
        set => Interlocked.Exchange(ref _lastSeen, value.UtcTicks);
    }

    /// <summary>Cancelled when the session ends: what streams to the user stops then.</summary>
    public CancellationToken Ended { get; }

    /// <summary>The roles that a table gives this user now. A kubeconfig that may act as the dashboard may see what the dashboard sees.</summary>
    public Roles RolesBy(RoleTable table) => Method == "kubeconfig" ? Roles.All : table.Of(User, _groups);

    /// <summary>Ends it.</summary>
    public void Dispose()
    {
        _ended.Cancel();
        _ended.Dispose();
    }
}
