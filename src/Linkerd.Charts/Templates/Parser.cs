using System.Globalization;

namespace Linkerd.Charts.Templates;

/// <summary>Builds the tree of one template file and the templates that it defines.</summary>
internal sealed class Parser
{
    private const int MaxDepth = 100;

    private readonly TemplateSource _source;
    private readonly List<Token> _tokens;
    private readonly Dictionary<string, Definition> _definitions;
    private readonly Func<string, bool> _isFunction;
    private int _at;
    private int _depth;
    private int _loops;
    private List<string> _variables = ["$"];

    private Parser(TemplateSource source, Dictionary<string, Definition> definitions, Func<string, bool> isFunction)
    {
        _source = source;
        _tokens = new Lexer(source).Run();
        _definitions = definitions;
        _isFunction = isFunction;
    }

    private Token Current => _tokens[_at];

    /// <summary>Parses a file; what it defines is added to <paramref name="definitions"/>, where later files win.</summary>
    public static Definition Parse(TemplateSource source, Dictionary<string, Definition> definitions, Func<string, bool> isFunction)
    {
        var parser = new Parser(source, definitions, isFunction);
        var (body, end) = parser.List(topLevel: true);
        return end is null ? new Definition(source, body) : throw source.Error(end.Value.Position, $"unexpected {{{{{end.Value.Text}}}}}");
    }

    // Reads until end, else or the end of the file; the keyword is returned with its action still open after it.
    private (ListNode Body, Token? End) List(bool topLevel = false)
    {
        var items = new List<Node>();
        var start = Current.Position;
        if (++_depth > MaxDepth)
            throw _source.Error(start, $"actions are nested deeper than {MaxDepth} levels");
        while (Current.Kind != TokenKind.End)
        {
            var token = _tokens[_at++];
            if (token.Kind == TokenKind.Text)
            {
                items.Add(new TextNode(token.Position, token.Text));
                continue;
            }

            SkipSpace();
            var word = Current;
            if (word is { Kind: TokenKind.Identifier, Text: "end" or "else" })
            {
                _at++;
                _depth--;
                return (new ListNode(start, items), word);
            }

            if (word is { Kind: TokenKind.Identifier, Text: "define" })
            {
                if (!topLevel)
                    throw _source.Error(word.Position, "a template can only be defined at the top level of a file");
                Define(word);
            }
            else
            {
                items.Add(Action(word));
            }
        }

        _depth--;
        return (new ListNode(start, items), null);
    }

    private Node Action(Token word)
    {
        if (word.Kind == TokenKind.Identifier)
        {
            switch (word.Text)
            {
                case "if":
                    _at++;
                    return Branch(word, movesDot: false);
                case "with":
                    _at++;
                    return Branch(word, movesDot: true);
                case "range":
                    _at++;
                    return Range(word);
                case "break" or "continue":
                    _at++;
                    if (_loops == 0)
                        throw _source.Error(word.Position, $"{{{{{word.Text}}}}} outside of a range");
                    Close(word.Text);
                    return word.Text == "break" ? new BreakNode(word.Position) : new ContinueNode(word.Position);
                case "template":
                    _at++;
                    return Template(word);
                case "block":
                    _at++;
                    return Block(word);
            }
        }

        var pipe = Pipeline("action", TokenKind.Close);
        return new ActionNode(word.Position, pipe);
    }

    private BranchNode Branch(Token word, bool movesDot)
    {
        var scope = _variables.Count;
        var pipe = Pipeline(word.Text, TokenKind.Close);
        var (body, otherwise) = BodyAndElse(word, allowsElseIf: true);
        Forget(scope);
        return new BranchNode(word.Position, pipe, body, otherwise, movesDot);
    }

    private RangeNode Range(Token word)
    {
        var scope = _variables.Count;
        var pipe = Pipeline(word.Text, TokenKind.Close);
        _loops++;
        var (body, otherwise) = BodyAndElse(word, allowsElseIf: false);
        Forget(scope);
        return new RangeNode(word.Position, pipe, body, otherwise);
    }

    private (ListNode Body, ListNode? Else) BodyAndElse(Token word, bool allowsElseIf)
    {
        var scope = _variables.Count;
        var (body, end) = List();
        if (word.Text == "range")
            _loops--;
        Forget(scope);
        if (end is null)
            throw _source.Error(word.Position, $"{{{{{word.Text}}}}} has no {{{{end}}}}");
        if (end.Value.Text == "end")
        {
            Close("end");
            return (body, null);
        }

        SkipSpace();
        if (allowsElseIf && Current is { Kind: TokenKind.Identifier } next && next.Text == word.Text)
        {
            _at++;
            var inner = Branch(next, word.Text == "with");
            return (body, new ListNode(next.Position, [inner]));
        }

        Close("else");
        var (otherwise, last) = List();
        Forget(scope);
        if (last?.Text != "end")
            throw _source.Error(word.Position, $"{{{{{word.Text}}}}} has no {{{{end}}}} after its {{{{else}}}}");
        Close("end");
        return (body, otherwise);
    }

    private void Define(Token word)
    {
        _at++;
        var name = Name(word);
        Close("define");
        AddDefinition(word, name);
    }

    private void AddDefinition(Token word, string name)
    {
        var (outer, loops) = (_variables, _loops);
        (_variables, _loops) = (["$"], 0);
        var (body, end) = List();
        if (end?.Text != "end")
            throw _source.Error(word.Position, $"{{{{{word.Text} \"{name}\"}}}} has no {{{{end}}}}");
        Close("end");
        (_variables, _loops) = (outer, loops);
        _definitions[name] = new Definition(_source, body);
    }

    private TemplateNode Template(Token word)
    {
        var name = Name(word);
        SkipSpace();
        PipeNode? pipe = null;
        if (Current.Kind == TokenKind.Close)
            _at++;
        else
            pipe = Pipeline("template", TokenKind.Close);
        return new TemplateNode(word.Position, name, pipe);
    }

    private TemplateNode Block(Token word)
    {
        var name = Name(word);
        var pipe = Pipeline("block", TokenKind.Close);
        AddDefinition(word, name);
        return new TemplateNode(word.Position, name, pipe);
    }

    private string Name(Token word)
    {
        SkipSpace();
        if (Current.Kind != TokenKind.String)
            throw _source.Error(word.Position, $"{{{{{word.Text}}}}} needs the name of a template in quotes");
        return _tokens[_at++].Text;
    }

    private void Close(string word)
    {
        SkipSpace();
        if (Current.Kind != TokenKind.Close)
            throw _source.Error(Current.Position, $"unexpected {Current.Text} after {word}");
        _at++;
    }

    private PipeNode Pipeline(string context, TokenKind end)
    {
        SkipSpace();
        var start = Current.Position;
        var (variables, assigns) = Declarations(context);
        var commands = new List<CommandNode>();
        while (true)
        {
            SkipSpace();
            var command = Command(end);
            if (command.Arguments.Count == 0)
                throw _source.Error(Current.Position, commands.Count == 0 ? $"missing value for {context}" : "a pipeline ends with |");
            if (commands.Count > 0 && command.Arguments[0] is DotNode or NilNode or ConstantNode)
                throw _source.Error(command.Position, $"a value cannot be piped into {command.Text}: it is no function");
            commands.Add(command);
            if (Current.Kind == TokenKind.Pipe)
            {
                _at++;
                continue;
            }

            var text = Slice(start, Current);
            _at++;
            if (!assigns)
                _variables.AddRange(variables);
            return new PipeNode(start, variables, assigns, commands, text);
        }
    }

    private (List<string> Variables, bool Assigns) Declarations(string context)
    {
        var variables = new List<string>();
        var rewind = _at;
        while (Current.Kind == TokenKind.Variable)
        {
            variables.Add(Current.Text);
            _at++;
            SkipSpace();
            switch (Current.Kind)
            {
                case TokenKind.Declare or TokenKind.Assign:
                    var assigns = Current.Kind == TokenKind.Assign;
                    if (assigns)
                        variables.ForEach(Require);
                    _at++;
                    return (variables, assigns);
                case TokenKind.Comma when context == "range" && variables.Count == 1:
                    _at++;
                    SkipSpace();
                    break;
                default:
                    _at = rewind;
                    return ([], false);
            }
        }

        _at = rewind;
        return ([], false);
    }

    private CommandNode Command(TokenKind end)
    {
        var start = Current.Position;
        var arguments = new List<Node>();
        while (true)
        {
            SkipSpace();
            if (Operand() is { } operand)
                arguments.Add(operand);
            var next = Current;
            if (next.Kind == TokenKind.Space)
                continue;
            if (next.Kind == TokenKind.Pipe || next.Kind == end)
                return new CommandNode(start, arguments, Slice(start, next));
            throw _source.Error(next.Position, next.Kind == TokenKind.End ? "this action has no end" : $"unexpected {next.Text}; arguments are parted by spaces");
        }
    }

    private string Slice(int start, Token next) => _source.Text[start..Math.Max(start, next.Kind == TokenKind.Close ? next.Position - next.Text.Length : next.Position)].TrimEnd();

    private Node? Operand()
    {
        var node = Term();
        if (node is null || Current.Kind != TokenKind.Field)
            return node;
        var path = new List<string>();
        while (Current.Kind == TokenKind.Field)
            path.Add(_tokens[_at++].Text[1..]);
        return node switch
        {
            FieldNode field => field with { Path = [.. field.Path, .. path] },
            VariableNode variable => variable with { Path = [.. variable.Path, .. path] },
            ConstantNode or NilNode or DotNode => throw _source.Error(node.Position, "a constant has no fields"),
            _ => new ChainNode(node.Position, node, path),
        };
    }

    private Node? Term()
    {
        var token = Current;
        switch (token.Kind)
        {
            case TokenKind.Identifier:
                _at++;
                return Identifier(token);
            case TokenKind.Dot:
                _at++;
                return new DotNode(token.Position);
            case TokenKind.Variable:
                _at++;
                Require(token.Text);
                return new VariableNode(token.Position, token.Text, []);
            case TokenKind.Field:
                _at++;
                return new FieldNode(token.Position, [token.Text[1..]]);
            case TokenKind.String:
                _at++;
                return new ConstantNode(token.Position, token.Text);
            case TokenKind.Character:
                _at++;
                return new ConstantNode(token.Position, (long)token.Text.EnumerateRunes().First().Value);
            case TokenKind.Number:
                _at++;
                return new ConstantNode(token.Position, Number(token));
            case TokenKind.LeftParen:
                _at++;
                if (++_depth > MaxDepth)
                    throw _source.Error(token.Position, $"parentheses are nested deeper than {MaxDepth} levels");
                var pipe = Pipeline("parenthesized pipeline", TokenKind.RightParen);
                _depth--;
                return pipe;
            default:
                return null;
        }
    }

    private Node Identifier(Token token) => token.Text switch
    {
        "true" => new ConstantNode(token.Position, true),
        "false" => new ConstantNode(token.Position, false),
        "nil" => new NilNode(token.Position),
        _ => _isFunction(token.Text)
            ? new FunctionNode(token.Position, token.Text)
            : throw _source.Error(token.Position, $"function \"{token.Text}\" is not defined"),
    };

    private object Number(Token token)
    {
        var text = token.Text.Replace("_", "", StringComparison.Ordinal);
        var negative = text[0] == '-';
        var digits = text.TrimStart('+', '-');
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && long.TryParse(digits.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex))
            return negative ? -hex : hex;
        if (digits.Length > 1 && digits[0] == '0' && digits.AsSpan().IndexOfAnyExceptInRange('0', '7') < 0)
            return Convert.ToInt64(digits, 8) * (negative ? -1 : 1);
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
            return whole;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) ? real : throw _source.Error(token.Position, $"{token.Text} is no number");
    }

    private void Require(string variable)
    {
        if (!_variables.Contains(variable))
            throw _source.Error(Current.Position, $"undefined variable \"{variable}\"");
    }

    private void Forget(int scope) => _variables.RemoveRange(scope, _variables.Count - scope);

    private void SkipSpace()
    {
        while (Current.Kind == TokenKind.Space)
            _at++;
    }
}
