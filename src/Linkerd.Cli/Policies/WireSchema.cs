using System.Globalization;
using Linkerd.Cli.Profiles;

namespace Linkerd.Cli.Policies;

/// <summary>A field of a message.</summary>
/// <param name="Name">Its name in the .proto file.</param>
/// <param name="Type">A scalar, or the full name of a message or an enumeration.</param>
/// <param name="IsRepeated">Whether there may be several.</param>
/// <param name="IsMap">Whether it is a map from text to text.</param>
internal sealed record WireField(string Name, string Type, bool IsRepeated, bool IsMap);

/// <summary>
/// Messages and enumerations of .proto files, read from their text: enough of the language to print what is on the
/// wire by the names that the contract gives it, without descriptors, which need reflection.
/// </summary>
internal sealed class WireSchema
{
    private readonly Dictionary<string, SortedDictionary<int, WireField>> _messages = [];
    private readonly Dictionary<string, Dictionary<int, string>> _enumerations = [];
    private ProtoScanner _scanner = new("");
    private ProtoToken _token;

    /// <summary>The contract of the proxies, which the binary carries.</summary>
    public static WireSchema Contract { get; } = ReadContract();

    /// <summary>Fields of a message by number; null when the name is no message.</summary>
    public IReadOnlyDictionary<int, WireField>? Message(string name) => _messages.GetValueOrDefault(name);

    /// <summary>Names of an enumeration by value; null when the name is no enumeration.</summary>
    public IReadOnlyDictionary<int, string>? Enumeration(string name) => _enumerations.GetValueOrDefault(name);

    /// <summary>Reads a file's declarations.</summary>
    public void Add(string text)
    {
        _scanner = new ProtoScanner(text);
        Advance();
        var package = "";
        while (!_token.IsEnd)
        {
            if (_token.Text == "package")
                package = Advance().Text;
            if (_token.Text is "message" or "enum")
                ReadDeclaration(package);
            else
                Pass();
        }
    }

    /// <summary>The full name of a type as a field of <paramref name="scope"/> names it: the innermost that fits.</summary>
    public string Resolve(string scope, string type)
    {
        for (var at = scope; ; at = at[..Math.Max(at.LastIndexOf('.'), 0)])
        {
            var name = at.Length == 0 ? type.TrimStart('.') : $"{at}.{type}";
            if (_messages.ContainsKey(name) || _enumerations.ContainsKey(name))
                return name;
            if (at.Length == 0)
                return type;
        }
    }

    private static WireSchema ReadContract()
    {
        var schema = new WireSchema();
        var assembly = typeof(WireSchema).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith("proto/", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            schema.Add(reader.ReadToEnd());
        }

        return schema;
    }

    private void ReadDeclaration(string scope)
    {
        var isEnum = _token.Text == "enum";
        var name = $"{scope}.{Advance().Text}";
        Advance();
        Advance();
        if (isEnum)
            ReadEnumeration(name);
        else
            ReadMessage(name, _messages[name] = []);
    }

    private void ReadEnumeration(string name)
    {
        var values = _enumerations[name] = [];
        while (_token.Text != "}")
        {
            var value = _token.Text;
            if (Advance().Text == "=" && value != "option")
                values[int.Parse(Advance().Text, CultureInfo.InvariantCulture)] = value;
            Pass();
        }

        Advance();
    }

    private void ReadMessage(string name, SortedDictionary<int, WireField> fields)
    {
        while (_token.Text != "}")
        {
            switch (_token.Text)
            {
                case "message" or "enum":
                    ReadDeclaration(name);
                    break;
                case "oneof":
                    Advance();
                    Advance();
                    Advance();
                    ReadMessage(name, fields);
                    break;
                case "reserved" or "option":
                    Pass();
                    break;
                default:
                    ReadField(fields);
                    break;
            }
        }

        Advance();
    }

    private void ReadField(SortedDictionary<int, WireField> fields)
    {
        var repeated = _token.Text == "repeated";
        if (repeated || _token.Text == "optional")
            Advance();
        var type = _token.Text;
        if (type == "map")
        {
            while (Advance().Text != ">")
            {
                // The contract's maps all are from text to text.
            }
        }

        var name = Advance().Text;
        Advance();
        fields[int.Parse(Advance().Text, CultureInfo.InvariantCulture)] = new WireField(name, type, repeated, type == "map");
        Pass();
    }

    // To the end of the statement, or of the block that it opens.
    private void Pass()
    {
        for (var depth = 0; !_token.IsEnd;)
        {
            var text = _token.Text;
            Advance();
            depth += text switch { "{" => 1, "}" => -1, _ => 0 };
            if (depth <= 0 && text is ";" or "}")
                return;
        }
    }

    private ProtoToken Advance() => _token = _scanner.Next();
}
