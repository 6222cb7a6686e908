using Linkerd.Charts.Templates;

namespace Linkerd.Charts.Functions;

/// <summary>What a template calls.</summary>
internal delegate object? TemplateFunction(RenderSession session, Arguments arguments);

/// <summary>The functions that templates may call: those of Go's templates, of Sprig and of Helm that charts use.</summary>
internal sealed class FunctionTable
{
    private readonly Dictionary<string, TemplateFunction> _functions = [];

    private FunctionTable()
    {
    }

    /// <summary>All functions.</summary>
    public static FunctionTable Standard { get; } = Create();

    public bool Contains(string name) => name is "include" or "and" or "or" || _functions.ContainsKey(name);

    /// <summary>All names, for the documentation.</summary>
    public IEnumerable<string> Names => _functions.Keys.Concat(["include", "and", "or"]).Order(StringComparer.Ordinal);

    public object? Call(string name, RenderSession session, Arguments arguments)
    {
        if (name == "include")
            throw new FunctionException("include takes the name of a template, a string, and what it is given");
        try
        {
            return session.Checked(_functions[name](session, arguments));
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException or DivideByZeroException or System.Text.RegularExpressions.RegexMatchTimeoutException)
        {
            throw new FunctionException($"{name}: {e.Message}", e);
        }
    }

    /// <summary>Adds a function under each of the names.</summary>
    public void Add(string names, TemplateFunction function)
    {
        foreach (var name in names.Split(' '))
            _functions.Add(name, function);
    }

    private static FunctionTable Create()
    {
        var table = new FunctionTable();
        CoreFunctions.AddTo(table);
        TypeFunctions.AddTo(table);
        StringFunctions.AddTo(table);
        ListFunctions.AddTo(table);
        MapFunctions.AddTo(table);
        MathFunctions.AddTo(table);
        RegexFunctions.AddTo(table);
        EncodingFunctions.AddTo(table);
        HelmFunctions.AddTo(table);
        return table;
    }
}
