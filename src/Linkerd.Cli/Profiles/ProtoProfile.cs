namespace Linkerd.Cli.Profiles;

/// <summary>
/// Routes out of a .proto file: one POST route for each rpc of its services. Of the language only what stands around
/// services is read; messages, enums and imports are passed over. Syntax: protobuf.dev/reference/protobuf.
/// </summary>
public sealed class ProtoProfile
{
    private const int MaxDepth = 100;

    private readonly ProtoScanner _scanner;
    private readonly List<(string Service, string Rpc, bool Idempotent)> _rpcs = [];
    private ProtoToken _token;
    private string _package = "";

    private ProtoProfile(string text)
    {
        _scanner = new ProtoScanner(text);
        Advance();
    }

    /// <summary>Reads the routes.</summary>
    /// <exception cref="CliException">It is no .proto file, or has no service; the message says the line and what was expected.</exception>
    public static IReadOnlyList<ProfileRoute> Read(string text)
    {
        var parser = new ProtoProfile(text);
        parser.ReadFile();
        return parser.Routes();
    }

    private IReadOnlyList<ProfileRoute> Routes()
    {
        if (_rpcs.Count == 0)
            throw new CliException("the .proto file has no rpc: a profile's routes come from the rpcs of a service, such as service Web { rpc List (Request) returns (Response); }");
        // A name alone would say nothing where two services share it.
        var shared = _rpcs.GroupBy(r => r.Rpc).Where(g => g.Count() > 1).Select(g => g.Key).ToHashSet();
        var prefix = _package.Length == 0 ? "/" : $"/{_package}.";
        return [.. _rpcs.Select(r => new ProfileRoute(shared.Contains(r.Rpc) ? $"{r.Service}.{r.Rpc}" : r.Rpc, "POST", PathRegex.Literal($"{prefix}{r.Service}/{r.Rpc}")) { IsRetryable = r.Idempotent })];
    }

    private void ReadFile()
    {
        while (!_token.IsEnd)
        {
            switch (_token.Text)
            {
                case "package":
                    Advance();
                    _package = Name("a package");
                    Expect(";", "after the package");
                    break;
                case "service":
                    ReadService();
                    break;
                default:
                    PassStatement();
                    break;
            }
        }
    }

    private void ReadService()
    {
        Advance();
        var service = Name("a service");
        Expect("{", $"after service {service}");
        while (_token.Text != "}")
        {
            if (_token.IsEnd)
                throw Error($"service {service} has no closing '}}'");
            if (_token.Text == "rpc")
                ReadRpc(service);
            else
                PassStatement();
        }

        Advance();
    }

    private void ReadRpc(string service)
    {
        Advance();
        var rpc = Name("an rpc");
        ReadType($"rpc {rpc}");
        Expect("returns", $"after the request of rpc {rpc}");
        ReadType($"rpc {rpc} returns");
        var idempotent = _token.Text == "{" && ReadOptions(rpc);
        if (_token.Text == ";")
            Advance();
        _rpcs.Add((service, rpc, idempotent));
    }

    private void ReadType(string after)
    {
        Expect("(", "after " + after);
        if (_token.Text == "stream")
            Advance();
        if (_token.Text != ")")
            Name("a message type");
        Expect(")", $"after the type in {after}");
    }

    /// <summary>The options of an rpc: whether it may be called twice.</summary>
    private bool ReadOptions(string rpc)
    {
        var idempotent = false;
        Advance();
        while (_token.Text != "}")
        {
            if (_token.IsEnd)
                throw Error($"the options of rpc {rpc} have no closing '}}'");
            if (_token.Text == "option" && Advance().Text == "idempotency_level")
            {
                Advance();
                Expect("=", "after idempotency_level");
                idempotent = _token.Text is "IDEMPOTENT" or "NO_SIDE_EFFECTS";
            }

            PassStatement();
        }

        Advance();
        return idempotent;
    }

    /// <summary>Passes over what ends with ';' or with the brace that closes its block.</summary>
    private void PassStatement()
    {
        var depth = 0;
        while (!_token.IsEnd)
        {
            var text = _token.Text;
            if (depth == 0 && text == "}")
                throw Error("'}' closes nothing");
            Advance();
            if (text == "{" && ++depth > MaxDepth)
                throw Error($"blocks are nested deeper than {MaxDepth}");
            if ((text == ";" && depth == 0) || (text == "}" && --depth == 0))
                return;
        }

        if (depth > 0)
            throw Error($"{depth} '{{' are not closed");
    }

    private string Name(string what)
    {
        var name = _token.Text;
        if (name.Length == 0 || !(char.IsAsciiLetter(name[0]) || name[0] is '_' or '.'))
            throw Error($"expected the name of {what}, found {Shown(name)}");
        Advance();
        return name;
    }

    private void Expect(string text, string where)
    {
        if (_token.Text != text)
            throw Error($"expected '{text}' {where}, found {Shown(_token.Text)}");
        Advance();
    }

    private ProtoToken Advance() => _token = _scanner.Next();

    private CliException Error(string message) => new($"line {_token.Line}: {message}");

    private static string Shown(string text) => text.Length == 0 ? "the end of the file" : $"'{text}'";
}
