namespace Linkerd.Viz.Web.Login;

/// <summary>Users as <c>htpasswd -B</c> writes them: lines <c>NAME:$2y$…</c>.</summary>
internal sealed class UserTable
{
    private const int MaxUsers = 10_000;
    private readonly Dictionary<string, string> _hashes;

    private UserTable(Dictionary<string, string> hashes) => _hashes = hashes;

    /// <summary>Nobody.</summary>
    public static UserTable Empty { get; } = new([]);

    /// <summary>How many there are.</summary>
    public int Count => _hashes.Count;

    /// <summary>Reads a file.</summary>
    /// <exception cref="FormatException">A line has another form, or a hash that is not bcrypt; the message has its number, not its content.</exception>
    public static UserTable Parse(string text)
    {
        var users = new Dictionary<string, string>(StringComparer.Ordinal);
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.TrimEnd('\r').Trim();
            if (line.Length == 0 || line[0] == '#')
                continue;
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0)
                throw new FormatException($"users: line {number} is not NAME:HASH; write it with htpasswd -nB NAME");
            var hash = line[(colon + 1)..];
            if (!Bcrypt.IsHash(hash))
                throw new FormatException($"users: line {number}: the hash of '{line[..colon]}' is not bcrypt with a cost of {Bcrypt.Costs.Min} to {Bcrypt.Costs.Max}; write it with htpasswd -nB {line[..colon]}");
            if (users.Count >= MaxUsers)
                throw new FormatException($"users: more than {MaxUsers} users");
            users[line[..colon]] = hash;
        }

        return new UserTable(users);
    }

    /// <summary>The hash of a user's password, or null when there is no such user.</summary>
    public string? Hash(string user) => _hashes.GetValueOrDefault(user);
}
