using Linkerd.Charts.Templates;
using Linkerd.Charts.Values;

namespace Linkerd.Charts.Functions;

/// <summary>The functions of Go's own templates.</summary>
internal static class CoreFunctions
{
    public static void AddTo(FunctionTable table)
    {
        table.Add("not", (_, a) => !Truth.Of(a[0]));
        table.Add("eq", (_, a) => Equal(a));
        table.Add("ne", (_, a) => !Equals(a[0], a[1], "ne"));
        table.Add("lt", (_, a) => Order(a, "lt") < 0);
        table.Add("le", (_, a) => Order(a, "le") <= 0);
        table.Add("gt", (_, a) => Order(a, "gt") > 0);
        table.Add("ge", (_, a) => Order(a, "ge") >= 0);
        table.Add("len", (_, a) => Length(a));
        table.Add("index", (_, a) => Index(a));
        table.Add("print", (_, a) => Print(a.All));
        table.Add("println", (_, a) => string.Join(' ', a.All.Select(GoFormat.Text)) + "\n");
        table.Add("printf", (_, a) => GoPrintf.Format(a.Text(0), a.From(1)));
        table.Add("urlquery", (_, a) => Uri.EscapeDataString(Print(a.All)).Replace("%20", "+", StringComparison.Ordinal));
    }

    private static bool Equal(Arguments a)
    {
        if (a.Count < 2)
            throw new FunctionException("eq needs what it compares with");
        for (var i = 1; i < a.Count; i++)
        {
            if (Equals(a[0], a[i], "eq"))
                return true;
        }

        return false;
    }

    private static bool Equals(object? a, object? b, string name) =>
        Numbers.Same(a, b) ?? throw new FunctionException($"{name}: incompatible types for comparison: {GoPrintf.TypeName(a)} and {GoPrintf.TypeName(b)}");

    private static int Order(Arguments a, string name)
    {
        a.Expect(2);
        return (a[0], a[1]) switch
        {
            (long x, long y) => x.CompareTo(y),
            (double x, double y) => x.CompareTo(y),
            (string x, string y) => string.CompareOrdinal(x, y),
            _ => throw new FunctionException($"{name}: incompatible types for comparison: {GoPrintf.TypeName(a[0])} and {GoPrintf.TypeName(a[1])}"),
        };
    }

    private static long Length(Arguments a) => a[0] switch
    {
        string s => System.Text.Encoding.UTF8.GetByteCount(s),
        List<object?> list => list.Count,
        ValueMap map => map.Count,
        _ => throw a.Wrong(0, "a string, list or map"),
    };

    private static object? Index(Arguments a)
    {
        var value = a[0];
        for (var i = 1; i < a.Count; i++)
        {
            value = value switch
            {
                ValueMap map => map.GetValueOrDefault(a.Text(i)),
                List<object?> list => list[At(a.Int(i), list.Count)],
                string s => (long)System.Text.Encoding.UTF8.GetBytes(s)[At(a.Int(i), System.Text.Encoding.UTF8.GetByteCount(s))],
                null => throw new FunctionException("index of untyped nil"),
                _ => throw new FunctionException($"can't index item of type {GoPrintf.TypeName(value)}"),
            };
        }

        return value;
    }

    private static int At(int index, int count) => index >= 0 && index < count ? index : throw new FunctionException($"index out of range: {index} of {count}");

    // Like Go's Sprint: a space between operands of which neither is a string.
    private static string Print(IReadOnlyList<object?> values)
    {
        var text = new System.Text.StringBuilder();
        for (var i = 0; i < values.Count; i++)
        {
            if (i > 0 && values[i] is not string && values[i - 1] is not string)
                text.Append(' ');
            text.Append(GoFormat.Text(values[i]));
        }

        return text.ToString();
    }
}
