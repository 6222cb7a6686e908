using Linkerd.Charts.Values;

namespace Linkerd.Charts.Templates;

/// <summary>Whether a value counts as true: everything does but false, zero, and what is empty.</summary>
internal static class Truth
{
    public static bool Of(object? value) => value switch
    {
        null => false,
        bool b => b,
        long n => n != 0,
        double d => d != 0,
        string s => s.Length != 0,
        ValueMap map => map.Count != 0,
        List<object?> list => list.Count != 0,
        _ => true,
    };
}
