using System.Text;
using Linkerd.Charts.Functions;
using Linkerd.Charts.Values;

namespace Linkerd.Charts.Templates;

/// <summary>One rendering: the templates that are defined, and what is left of its limits.</summary>
internal sealed class RenderSession(Dictionary<string, Definition> definitions, FunctionTable functions, RenderLimits limits)
{
    private int _depth;
    private int _steps;
    private int _written;

    public RenderLimits Limits => limits;

    public FunctionTable Functions => functions;

    /// <summary>Runs a named template; null when there is none.</summary>
    public string? Include(string name, object? data) => definitions.TryGetValue(name, out var definition) ? Run(definition, data) : null;

    /// <summary>Runs a template.</summary>
    /// <exception cref="FunctionException">Templates include each other too deep.</exception>
    public string Run(Definition definition, object? data)
    {
        if (++_depth > limits.IncludeDepth)
            throw new FunctionException($"templates include each other more than {limits.IncludeDepth} deep");
        var output = new StringBuilder();
        new Evaluator(this, definition.Source, output, data).Run(definition.Body);
        _depth--;
        return output.ToString();
    }

    /// <summary>Runs a text as a template that sees all others; what it defines is gone afterwards.</summary>
    public string RunText(string name, string text, object? data)
    {
        var known = new Dictionary<string, Definition>(definitions);
        var source = new TemplateSource(name, text);
        var definition = Parser.Parse(source, known, functions.Contains);
        var session = new RenderSession(known, functions, limits) { _depth = _depth, _steps = _steps, _written = _written };
        var result = session.Run(definition, data);
        (_steps, _written) = (session._steps, session._written);
        return result.Replace(Evaluator.NoValue, "", StringComparison.Ordinal);
    }

    /// <summary>Counts an action.</summary>
    public void Step()
    {
        if (++_steps > limits.Steps)
            throw new FunctionException($"rendering takes more than {limits.Steps} steps");
    }

    /// <summary>Refuses a function's result that is too large or too deep: it is not written yet, and may grow with each call.</summary>
    public object? Checked(object? result)
    {
        var (nodes, characters) = (limits.ValueNodes, limits.OutputCharacters);
        Weigh(result, limits.ValueDepth, ref nodes, ref characters);
        return result;
    }

    /// <summary>Refuses a text before it is made.</summary>
    public void RequireRoom(long characters)
    {
        if (characters > limits.OutputCharacters)
            throw new FunctionException($"a text may have {limits.OutputCharacters} characters; this one would have {characters}");
    }

    private void Weigh(object? value, int depth, ref int nodes, ref int characters)
    {
        if (--nodes < 0)
            throw new FunctionException($"a value may have {limits.ValueNodes} values in it");
        switch (value)
        {
            case string text:
                characters -= Math.Min(text.Length, characters + 1);
                if (characters < 0)
                    throw new FunctionException($"a value may have {limits.OutputCharacters} characters");
                break;
            case ValueMap map:
                RequireLevel(depth);
                foreach (var (_, item) in map)
                    Weigh(item, depth - 1, ref nodes, ref characters);
                break;
            case List<object?> list:
                RequireLevel(depth);
                foreach (var item in list)
                    Weigh(item, depth - 1, ref nodes, ref characters);
                break;
        }
    }

    private void RequireLevel(int depth)
    {
        if (depth == 0)
            throw new FunctionException($"a value is nested deeper than {limits.ValueDepth} levels, or holds itself");
    }

    /// <summary>Counts what is written.</summary>
    public void Wrote(int characters)
    {
        _written += characters;
        if (_written > limits.OutputCharacters)
            throw new FunctionException($"rendering writes more than {limits.OutputCharacters} characters");
    }
}
