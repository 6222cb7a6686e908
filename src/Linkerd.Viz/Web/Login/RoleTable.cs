namespace Linkerd.Viz.Web.Login;

/// <summary>Who has which roles: lines <c>NAME: view,tap</c>, <c>@GROUP: view</c> or <c>*: view</c>; blank lines and those with <c>#</c> are passed over.</summary>
internal sealed class RoleTable
{
    private const int MaxLines = 10_000;
    private readonly Dictionary<string, Roles> _bySubject;

    private RoleTable(Dictionary<string, Roles> bySubject) => _bySubject = bySubject;

    /// <summary>Gives everybody everything: what holds where no table was written.</summary>
    public static RoleTable Open { get; } = new(new() { ["*"] = Roles.All });

    /// <summary>Reads a table.</summary>
    /// <exception cref="FormatException">A line has another form; the message has its number.</exception>
    public static RoleTable Parse(string text)
    {
        var table = new Dictionary<string, Roles>(StringComparer.Ordinal);
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.Trim();
            if (line.Length == 0 || line[0] == '#')
                continue;
            // The last colon: a subject of OIDC may hold others.
            var colon = line.LastIndexOf(':');
            if (colon <= 0)
                throw new FormatException($"roles: line {number}: '{line}' is not SUBJECT: ROLE[,ROLE], such as \"alice: view,tap\" or \"@admins: view,tap\" or \"*: view\"");
            if (table.Count >= MaxLines)
                throw new FormatException($"roles: more than {MaxLines} lines");
            table[line[..colon].Trim()] = Read(line[(colon + 1)..], number);
        }

        return new RoleTable(table);
    }

    /// <summary>The union of what the user, his groups and everybody have.</summary>
    public Roles Of(string user, IEnumerable<string> groups)
    {
        // A login provider may let people choose their names: none becomes a group by it.
        var roles = _bySubject.GetValueOrDefault("*") | (user.StartsWith('@') ? Roles.None : _bySubject.GetValueOrDefault(user));
        foreach (var group in groups)
            roles |= _bySubject.GetValueOrDefault("@" + group);
        return roles;
    }

    private static Roles Read(string words, int line)
    {
        var roles = Roles.None;
        foreach (var word in words.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            roles |= word switch
            {
                "view" => Roles.View,
                // Who may tap must be able to see the page.
                "tap" => Roles.All,
                _ => throw new FormatException($"roles: line {line}: '{word}' is not a role: use view or tap"),
            };
        }

        return roles;
    }
}
