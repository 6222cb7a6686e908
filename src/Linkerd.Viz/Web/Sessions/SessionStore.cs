using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Linkerd.Viz.Web.Access;
using Linkerd.Viz.Web.Login;

namespace Linkerd.Viz.Web.Sessions;

/// <summary>
/// The sessions of this process, found by the hash of a random id of 256 bits: who reads this memory's table cannot make cookies of it,
/// and a look-up tells nothing by its time. At most 10,000; idle ones end after eight hours, all after a day.
/// </summary>
internal sealed class SessionStore(TimeProvider time)
{
    /// <summary>Sessions held.</summary>
    public const int Capacity = 10_000;

    /// <summary>The longest pause between two requests.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromHours(8);

    /// <summary>The longest life.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromHours(24);

    private const int IdBytes = 32;
    private readonly BoundedTable<string, Session> _sessions = new(Capacity);
    private readonly byte[] _anonymousKey = RandomNumberGenerator.GetBytes(32);

    /// <summary>What changing calls of a browser without a session must carry.</summary>
    public string AnonymousCsrf => Base64Url.EncodeToString(HMACSHA256.HashData(_anonymousKey, "anonymous"u8));

    /// <summary>Random text for ids, states and tokens.</summary>
    public static string NewId() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(IdBytes));

    /// <summary>Opens a session; the id is for the cookie alone.</summary>
    public (string Id, Session Session) Open(string user, IReadOnlyList<string> groups, string method, string credential)
    {
        var id = NewId();
        var session = new Session(user, groups, NewId(), method, credential, time.GetUtcNow());
        _sessions.Set(Key(id), session);
        return (id, session);
    }

    /// <summary>The session of a cookie, null when there is none or when it has ended.</summary>
    public Session? Find(string? id, LoginData login)
    {
        if (id is null || id.Length != Base64Url.GetEncodedLength(IdBytes) || !_sessions.TryGet(Key(id), out var session))
            return null;
        var now = time.GetUtcNow();
        var changed = session.Method == "password" && login.Users.Hash(session.User) != session.Credential;
        if (changed || now - session.LastSeen > Idle || now - session.Created > Life)
        {
            Close(id);
            return null;
        }

        session.LastSeen = now;
        return session;
    }

    /// <summary>Ends a session, and what streams to it.</summary>
    public void Close(string id)
    {
        if (_sessions.TryRemove(Key(id), out var session))
            session.Dispose();
    }

    /// <summary>Whether two tokens are the same, compared in a time that does not tell where they differ.</summary>
    public static bool Same(string? given, string expected) =>
        given is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(expected));

    private static string Key(string id) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(id)));
}
