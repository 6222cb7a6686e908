using System.Text;
using Linkerd.Charts.Functions;
using Linkerd.Charts.Values;

namespace Linkerd.Charts.Templates;

/// <summary>Runs one template: walks its tree, with the dot and the variables of its scopes.</summary>
internal sealed class Evaluator(RenderSession session, TemplateSource source, StringBuilder output, object? data)
{
    /// <summary>What Go prints for a value that is not there; a rendered file is cleared of it, as Helm does.</summary>
    public const string NoValue = "<no value>";

    private readonly List<(string Name, object? Value)> _variables = [("$", data)];

    private enum Flow
    {
        Next,
        Break,
        Continue,
    }

    public void Run(ListNode body) => Walk(body, data);

    private Flow Walk(ListNode list, object? dot)
    {
        foreach (var node in list.Items)
        {
            var flow = Walk(node, dot);
            if (flow != Flow.Next)
                return flow;
        }

        return Flow.Next;
    }

    private Flow Walk(Node node, object? dot)
    {
        try
        {
            session.Step();
            switch (node)
            {
                case TextNode text:
                    Write(text.Text);
                    break;
                case ActionNode action:
                    var value = Pipeline(action.Pipe, dot);
                    if (action.Pipe.Variables.Count == 0)
                        Write(Print(value));
                    break;
                case BranchNode branch:
                    return Branch(branch, dot);
                case RangeNode range:
                    return Range(range, dot);
                case TemplateNode template:
                    Template(template, dot);
                    break;
                case BreakNode:
                    return Flow.Break;
                case ContinueNode:
                    return Flow.Continue;
            }

            return Flow.Next;
        }
        catch (FunctionException e)
        {
            throw source.Error(node.Position, e.Message, e);
        }
    }

    private Flow Branch(BranchNode branch, object? dot)
    {
        var mark = _variables.Count;
        var value = Pipeline(branch.Pipe, dot);
        var flow = Flow.Next;
        if (Truth.Of(value))
            flow = Walk(branch.Body, branch.MovesDot ? value : dot);
        else if (branch.Else is not null)
            flow = Walk(branch.Else, dot);
        Pop(mark);
        return flow;
    }

    private Flow Range(RangeNode range, object? dot)
    {
        var mark = _variables.Count;
        var value = Pipeline(range.Pipe, dot, isRange: true);
        var any = value switch
        {
            List<object?> { Count: > 0 } list => Each(range, list.Select((item, index) => ((object?)(long)index, item))),
            ValueMap { Count: > 0 } map => Each(range, map.Select(e => ((object?)e.Key, e.Value)).ToList()),
            List<object?> or ValueMap or null => false,
            _ => throw source.Error(range.Position, $"executing <{range.Pipe.Text}>: range can't iterate over {GoFormat.Text(value)}"),
        };
        Pop(mark);
        var flow = any || range.Else is null ? Flow.Next : Walk(range.Else, dot);
        Pop(mark);
        return flow;
    }

    private bool Each(RangeNode range, IEnumerable<(object? Key, object? Value)> items)
    {
        var names = range.Pipe.Variables;
        var mark = _variables.Count;
        foreach (var (key, value) in items)
        {
            session.Step();
            if (names.Count == 1)
                Bind(range.Pipe, names[0], value);
            if (names.Count == 2)
            {
                Bind(range.Pipe, names[0], key);
                Bind(range.Pipe, names[1], value);
            }

            var flow = Walk(range.Body, value);
            Pop(mark);
            if (flow == Flow.Break)
                break;
        }

        return true;
    }

    private void Template(TemplateNode template, object? dot)
    {
        var argument = template.Pipe is null ? null : Pipeline(template.Pipe, dot);
        Write(Included(template.Name, argument, template.Position, $"template \"{template.Name}\"")
            ?? throw source.Error(template.Position, $"template \"{template.Name}\" is not defined"));
    }

    private string? Included(string name, object? argument, int position, string expression)
    {
        try
        {
            return session.Include(name, argument);
        }
        catch (ChartException e) when (e.Message.Length < 2000)
        {
            throw new ChartException($"{e.Message}\n  in {expression} at {source.Place(position)}", e);
        }
    }

    private object? Pipeline(PipeNode pipe, object? dot, bool isRange = false)
    {
        object? value = null;
        var hasValue = false;
        foreach (var command in pipe.Commands)
        {
            value = Command(command, dot, value, hasValue);
            hasValue = true;
        }

        if (!isRange)
        {
            foreach (var name in pipe.Variables)
                Bind(pipe, name, value);
        }

        return value;
    }

    private void Bind(PipeNode pipe, string name, object? value)
    {
        if (!pipe.Assigns)
        {
            _variables.Add((name, value));
            return;
        }

        _variables[_variables.FindLastIndex(v => v.Name == name)] = (name, value);
    }

    private object? Command(CommandNode command, object? dot, object? final, bool hasFinal)
    {
        session.Step();
        var first = command.Arguments[0];
        switch (first)
        {
            case FunctionNode function:
                return Call(function, command, dot, final, hasFinal);
            case FieldNode field:
                return Fields(dot, field.Path, field, Methods(command, dot, final, hasFinal));
            case VariableNode variable:
                return Fields(Variable(variable), variable.Path, variable, Methods(command, dot, final, hasFinal));
            case ChainNode chain:
                return Fields(Argument(chain.Target, dot), chain.Path, chain, Methods(command, dot, final, hasFinal));
        }

        if (command.Arguments.Count > 1 || hasFinal)
            throw source.Error(command.Position, $"executing <{command.Text}>: can't give argument to non-function");
        return first is NilNode ? throw source.Error(command.Position, "nil is not a command") : Argument(first, dot);
    }

    private List<object?> Methods(CommandNode command, object? dot, object? final, bool hasFinal)
    {
        var arguments = new List<object?>(command.Arguments.Count);
        for (var i = 1; i < command.Arguments.Count; i++)
            arguments.Add(Argument(command.Arguments[i], dot));
        if (hasFinal)
            arguments.Add(final);
        return arguments;
    }

    private object? Call(FunctionNode function, CommandNode command, object? dot, object? final, bool hasFinal)
    {
        if (function.Name is "and" or "or")
            return Shortcut(function, command, dot, final, hasFinal);
        var arguments = Methods(command, dot, final, hasFinal);
        try
        {
            if (function.Name == "include" && arguments is [string name, _])
                return Included(name, arguments[1], function.Position, command.Text) ?? throw new FunctionException($"template \"{name}\" is not defined");
            return session.Functions.Call(function.Name, session, new Arguments(function.Name, arguments));
        }
        catch (FunctionException e)
        {
            throw source.Error(function.Position, $"executing <{command.Text}>: {e.Message}", e);
        }
    }

    // Arguments are evaluated until the outcome is known.
    private object? Shortcut(FunctionNode function, CommandNode command, object? dot, object? final, bool hasFinal)
    {
        if (command.Arguments.Count == 1 && !hasFinal)
            throw source.Error(function.Position, $"executing <{command.Text}>: {function.Name} needs an argument");
        object? value = null;
        for (var i = 1; i < command.Arguments.Count; i++)
        {
            value = Argument(command.Arguments[i], dot);
            if (Truth.Of(value) == (function.Name == "or"))
                return value;
        }

        return hasFinal ? final : value;
    }

    private object? Argument(Node node, object? dot) => node switch
    {
        DotNode => dot,
        NilNode => null,
        ConstantNode constant => constant.Value,
        FieldNode field => Fields(dot, field.Path, field, []),
        VariableNode variable => Fields(Variable(variable), variable.Path, variable, []),
        ChainNode chain => Fields(Argument(chain.Target, dot), chain.Path, chain, []),
        PipeNode pipe => Pipeline(pipe, dot),
        FunctionNode function => Call(function, new CommandNode(function.Position, [function], function.Name), dot, null, hasFinal: false),
        _ => throw source.Error(node.Position, "not an argument"),
    };

    private object? Variable(VariableNode variable)
    {
        for (var i = _variables.Count - 1; i >= 0; i--)
        {
            if (_variables[i].Name == variable.Name)
                return _variables[i].Value;
        }

        throw source.Error(variable.Position, $"undefined variable {variable.Name}");
    }

    // The last field takes the arguments, where it is a method.
    private object? Fields(object? value, List<string> path, Node node, List<object?> arguments)
    {
        for (var i = 0; i < path.Count; i++)
        {
            var last = i == path.Count - 1;
            switch (value)
            {
                case ValueMap map:
                    if (last && arguments.Count > 0)
                        throw Error(node, path, i, $"{path[i]} has arguments but is no method");
                    value = map.GetValueOrDefault(path[i]);
                    break;
                case ITemplateObject thing:
                    if (!thing.TryGet(path[i], last ? arguments : [], out value))
                        throw Error(node, path, i, $"can't evaluate field {path[i]}: there is none of this name");
                    break;
                case null:
                    throw Error(node, path, i, $"nil pointer evaluating interface {{}}.{path[i]}");
                default:
                    throw Error(node, path, i, $"can't evaluate field {path[i]} in type {GoPrintf.TypeName(value)}");
            }
        }

        return path.Count == 0 && arguments.Count > 0 ? throw source.Error(node.Position, "can't give argument to non-function") : value;
    }

    private ChartException Error(Node node, List<string> path, int index, string message)
    {
        var head = node is VariableNode variable ? variable.Name : node is ChainNode ? "(...)" : "";
        return source.Error(node.Position, $"executing <{head}.{string.Join('.', path.Take(index + 1))}>: {message}");
    }

    private static string Print(object? value) => value is null ? NoValue : GoFormat.Text(value);

    private void Write(string text)
    {
        session.Wrote(text.Length);
        output.Append(text);
    }

    private void Pop(int mark) => _variables.RemoveRange(mark, _variables.Count - mark);
}
