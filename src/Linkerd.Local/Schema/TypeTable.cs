namespace Linkerd.Local.Schema;

/// <summary>All built-in types, read from the embedded <c>builtin-types.txt</c>, whose head explains the notation.</summary>
internal sealed class TypeTable
{
    private static readonly Lazy<TypeTable> Shared = new(Load);
    private readonly Dictionary<string, SchemaType> _types = [];
    private readonly Dictionary<string, string> _packages = [];
    private readonly List<(FieldType Field, string Alias, string Name)> _links = [];

    private TypeTable()
    {
    }

    /// <summary>The table; read on first use.</summary>
    public static TypeTable Instance => Shared.Value;

    public IEnumerable<SchemaType> All => _types.Values;

    /// <summary>A type by alias and name, such as <c>core.Pod</c>.</summary>
    public SchemaType? Find(string aliasedName)
    {
        var dot = aliasedName.IndexOf('.');
        return _packages.TryGetValue(aliasedName[..dot], out var package) ? _types.GetValueOrDefault(package + aliasedName[dot..]) : null;
    }

    /// <summary>The type of an API version and kind, such as <c>apps/v1</c> Deployment; null when it is not built in.</summary>
    public SchemaType? FindKind(string apiVersion, string kind)
    {
        if (kind is "DeleteOptions") return Get("meta.DeleteOptions");
        var slash = apiVersion.IndexOf('/');
        var group = slash < 0 ? "core" : apiVersion[..slash].Split('.')[0];
        var version = apiVersion[(slash + 1)..];
        if (group == "apiextensions") return _types.GetValueOrDefault($"io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.{version}.{kind}");
        if (group == "apiregistration") return _types.GetValueOrDefault($"io.k8s.kube-aggregator.pkg.apis.apiregistration.{version}.{kind}");
        if (group == "policy") version = "v1";
        return _types.GetValueOrDefault($"io.k8s.api.{group}.{version}.{kind}");
    }

    public SchemaType Get(string aliasedName) =>
        Find(aliasedName) ?? throw new InvalidOperationException($"builtin-types.txt lacks {aliasedName}");

    private static TypeTable Load()
    {
        using var stream = typeof(TypeTable).Assembly.GetManifestResourceStream("builtin-types.txt")!;
        using var reader = new StreamReader(stream);
        var table = new TypeTable();
        table.Read(reader);
        return table;
    }

    private void Read(TextReader reader)
    {
        var alias = "";
        SchemaType? current = null;
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#') continue;
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (line[0] == '@')
            {
                alias = words[0][1..];
                _packages.Add(alias, words[1]);
                continue;
            }
            if (line[0] != ' ')
            {
                current = new SchemaType($"{_packages[alias]}.{words[0]}");
                _types.Add(current.FullName, current);
            }
            foreach (var word in line[0] == ' ' ? words : words[1..]) current!.Add(ParseField(word, alias));
        }
        foreach (var (field, package, name) in _links)
            field.Object = Get($"{package}.{name}");
        _links.Clear();
    }

    private SchemaField ParseField(string word, string alias)
    {
        var colon = word.IndexOf(':');
        var name = word[..colon];
        var at = word.LastIndexOf('@');
        var text = at < 0 ? word[(colon + 1)..] : word[(colon + 1)..at];
        var end = text.IndexOfAny(['~', '^', '=', '%']);
        var rules = end < 0 ? "" : text[end..];
        var type = ParseType(end < 0 ? text : text[..end], alias);
        return new SchemaField(name.TrimEnd('!'), type)
        {
            Required = name[^1] == '!',
            Merges = rules.Contains('~'),
            MergeKey = Rule(rules, '~'),
            RetainKeys = rules.Contains('^'),
            Atomic = rules.Contains('%'),
            Numbers = at < 0 ? [] : [.. word[(at + 1)..].Split('.').Select(int.Parse)],
            ListMapKeys = Rule(rules, '=').Split(',', StringSplitOptions.RemoveEmptyEntries),
        };
    }

    private static string Rule(string rules, char mark)
    {
        var start = rules.IndexOf(mark);
        if (start < 0) return "";
        var rest = rules[(start + 1)..];
        var end = rest.IndexOfAny(['~', '^', '=', '%']);
        return end < 0 ? rest : rest[..end];
    }

    private FieldType ParseType(string text, string alias)
    {
        if (text[0] == '[') return new FieldType(FieldKind.List, ParseType(text[1..^1], alias));
        if (text[0] == '{') return new FieldType(FieldKind.Map, ParseType(text[1..^1], alias));
        if (char.IsLower(text[0]) && !text.Contains('.')) return new FieldType(Scalar(text));
        var type = new FieldType(FieldKind.Object);
        var dot = text.IndexOf('.');
        _links.Add(dot < 0 ? (type, alias, text) : (type, text[..dot], text[(dot + 1)..]));
        return type;
    }

    private static FieldKind Scalar(string code) => code switch
    {
        "s" => FieldKind.String,
        "b" => FieldKind.Boolean,
        "i" => FieldKind.Int32,
        "l" => FieldKind.Int64,
        "d" => FieldKind.Double,
        "q" => FieldKind.Quantity,
        "is" => FieldKind.IntOrString,
        "t" => FieldKind.Time,
        "u" => FieldKind.MicroTime,
        "y" => FieldKind.Bytes,
        "o" => FieldKind.Any,
        _ => throw new InvalidOperationException($"builtin-types.txt: unknown type code {code}"),
    };
}
