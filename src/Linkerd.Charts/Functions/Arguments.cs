using Linkerd.Charts.Templates;
using Linkerd.Charts.Values;

namespace Linkerd.Charts.Functions;

/// <summary>What a function is called with, and the errors when it is something else than the function takes.</summary>
internal readonly struct Arguments(string function, IReadOnlyList<object?> values)
{
    public int Count => values.Count;

    public IReadOnlyList<object?> All => values;

    public object? this[int index] => index < values.Count ? values[index] : throw Missing(index + 1);

    /// <summary>The arguments from an index on.</summary>
    public List<object?> From(int index) => values.Skip(index).ToList();

    public void Expect(int count)
    {
        if (values.Count != count)
            throw Missing(count);
    }

    public string Text(int index) => this[index] as string ?? throw Wrong(index, "a string");

    public bool Bool(int index) => this[index] is bool b ? b : throw Wrong(index, "a bool");

    public ValueMap Map(int index) => this[index] as ValueMap ?? throw Wrong(index, "a map");

    public List<object?> List(int index) => this[index] as List<object?> ?? throw Wrong(index, "a list");

    /// <summary>An integer; like Go, no float, so values from a file need <c>int</c> before.</summary>
    public int Int(int index) => this[index] is long n and >= int.MinValue and <= int.MaxValue ? (int)n : throw Wrong(index, "an integer");

    public long Long(int index) => Numbers.ToLong(this[index]);

    public double Double(int index) => Numbers.ToDouble(this[index]);

    public FunctionException Wrong(int index, string expected) =>
        new($"{function}: argument {index + 1} must be {expected}; it is {(values[index] is { } value ? $"{GoPrintf.TypeName(value)} {Short(value)}" : "nothing (nil)")}");

    private FunctionException Missing(int count) => new($"{function} takes {count} arguments; it has {values.Count}");

    private static string Short(object value)
    {
        var text = GoFormat.Text(value);
        return text.Length <= 60 ? text : text[..57] + "...";
    }
}
