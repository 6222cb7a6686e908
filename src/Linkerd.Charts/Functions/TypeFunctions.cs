using Linkerd.Charts.Templates;
using Linkerd.Charts.Values;

namespace Linkerd.Charts.Functions;

/// <summary>Defaults, conditions and types.</summary>
internal static class TypeFunctions
{
    public static void AddTo(FunctionTable table)
    {
        table.Add("default", (_, a) => a.Count == 1 || !Truth.Of(a[1]) ? a[0] : a[1]);
        table.Add("empty", (_, a) => !Truth.Of(a[0]));
        table.Add("coalesce", (_, a) => a.All.FirstOrDefault(Truth.Of));
        table.Add("all", (_, a) => a.All.All(Truth.Of));
        table.Add("any", (_, a) => a.All.Any(Truth.Of));
        table.Add("ternary", (_, a) => a.Bool(2) ? a[0] : a[1]);
        table.Add("fail", (_, a) => throw new FunctionException(a.Text(0)));
        table.Add("required", (_, a) => a[1] is null or "" ? throw new FunctionException(a.Text(0)) : a[1]);
        table.Add("kindOf", (_, a) => Kind(a[0]));
        table.Add("kindIs", (_, a) => Kind(a[1]) == a.Text(0));
        table.Add("typeOf", (_, a) => GoPrintf.TypeName(a[0]));
        table.Add("typeIs", (_, a) => GoPrintf.TypeName(a[1]) == a.Text(0));
        table.Add("deepEqual", (_, a) => Numbers.DeepEqual(a[0], a[1]));
    }

    private static string Kind(object? value) => value switch
    {
        null => "invalid",
        string => "string",
        bool => "bool",
        long => "int",
        double => "float64",
        ValueMap => "map",
        List<object?> => "slice",
        _ => "struct",
    };
}
