using Linkerd.Charts.Templates;
using Linkerd.Charts.Values;

namespace Linkerd.Charts.Functions;

/// <summary>Sprig's functions on maps. <c>set</c>, <c>unset</c> and the merges change the map that they are given.</summary>
internal static class MapFunctions
{
    private const int MaxDepth = 100;

    public static void AddTo(FunctionTable table)
    {
        table.Add("dict", (_, a) => Dict(a));
        table.Add("get", (_, a) => a.Map(0).TryGetValue(a.Text(1), out var value) ? value : "");
        table.Add("set", (_, a) => Change(a.Map(0), m => m[a.Text(1)] = a[2]));
        table.Add("unset", (_, a) => Change(a.Map(0), m => m.Remove(a.Text(1))));
        table.Add("hasKey", (_, a) => a.Map(0).ContainsKey(a.Text(1)));
        table.Add("keys", (_, a) => Maps(a, 0).SelectMany(m => m.Keys).ToList<object?>());
        table.Add("values", (_, a) => a.Map(0).Values.ToList());
        table.Add("pluck", (_, a) => Maps(a, 1).Where(m => m.ContainsKey(a.Text(0))).Select(m => m[a.Text(0)]).ToList());
        table.Add("pick", (_, a) => Filter(a, keep: true));
        table.Add("omit", (_, a) => Filter(a, keep: false));
        table.Add("dig", (_, a) => Dig(a));
        table.Add("merge mustMerge", (_, a) => Merge(a, overwrite: false));
        table.Add("mergeOverwrite mustMergeOverwrite", (_, a) => Merge(a, overwrite: true));
        table.Add("deepCopy mustDeepCopy", (_, a) => ValueMap.CopyOf(a[0]));
    }

    private static IEnumerable<ValueMap> Maps(Arguments a, int from) => Enumerable.Range(from, a.Count - from).Select(a.Map);

    private static ValueMap Change(ValueMap map, Action<ValueMap> change)
    {
        change(map);
        return map;
    }

    private static ValueMap Dict(Arguments a)
    {
        var map = new ValueMap();
        for (var i = 0; i < a.Count; i += 2)
            map[StringFunctions.Text(a[i])] = i + 1 < a.Count ? a[i + 1] : "";
        return map;
    }

    private static ValueMap Filter(Arguments a, bool keep)
    {
        var names = a.From(1).ConvertAll(StringFunctions.Text);
        var map = new ValueMap();
        foreach (var (key, value) in a.Map(0))
        {
            if (names.Contains(key) == keep)
                map[key] = value;
        }

        return map;
    }

    private static object? Dig(Arguments a)
    {
        if (a.Count < 3)
            throw new FunctionException("dig takes one or more keys, a default and a map");
        object? value = a.Map(a.Count - 1);
        for (var i = 0; i < a.Count - 2; i++)
        {
            if (value is not ValueMap map || !map.TryGetValue(a.Text(i), out value))
                return a[a.Count - 2];
        }

        return value;
    }

    private static ValueMap Merge(Arguments a, bool overwrite)
    {
        var target = a.Map(0);
        foreach (var source in Maps(a, 1))
            Merge(target, source, overwrite, 0);
        return target;
    }

    // Without overwriting, what is empty still gives way.
    private static void Merge(ValueMap target, ValueMap source, bool overwrite, int depth)
    {
        if (depth > MaxDepth)
            throw new FunctionException($"merge: maps are nested deeper than {MaxDepth} levels");
        foreach (var (key, value) in source)
        {
            var has = target.TryGetValue(key, out var existing);
            if (existing is ValueMap inner && value is ValueMap other)
                Merge(inner, other, overwrite, depth + 1);
            else if (!has || overwrite || !Truth.Of(existing))
                target[key] = value;
        }
    }
}
