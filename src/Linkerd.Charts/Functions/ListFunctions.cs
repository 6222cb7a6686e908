using System.Globalization;
using Linkerd.Charts.Templates;
using Linkerd.Charts.Values;

namespace Linkerd.Charts.Functions;

/// <summary>Sprig's functions on lists. None changes the list that it is given.</summary>
internal static class ListFunctions
{
    public static void AddTo(FunctionTable table)
    {
        table.Add("list tuple", (_, a) => a.From(0));
        table.Add("first mustFirst", (_, a) => Items(a, 0).FirstOrDefault());
        table.Add("last mustLast", (_, a) => Items(a, 0).LastOrDefault());
        table.Add("rest mustRest", (_, a) => Items(a, 0).Skip(1).ToList());
        table.Add("initial mustInitial", (_, a) => Items(a, 0).SkipLast(1).ToList());
        table.Add("reverse mustReverse", (_, a) => Enumerable.Reverse(Items(a, 0)).ToList());
        table.Add("append push mustAppend mustPush", (_, a) => Items(a, 0).Append(a[1]).ToList());
        table.Add("prepend mustPrepend", (_, a) => Items(a, 0).Prepend(a[1]).ToList());
        table.Add("concat", (_, a) => Enumerable.Range(0, a.Count).SelectMany(i => Items(a, i)).ToList());
        table.Add("compact mustCompact", (_, a) => Items(a, 0).Where(Truth.Of).ToList());
        table.Add("uniq mustUniq", (_, a) => Unique(Items(a, 0)));
        table.Add("has mustHas", (_, a) => a[1] is not null && Items(a, 1).Exists(i => Numbers.DeepEqual(i, a[0])));
        table.Add("without mustWithout", (_, a) => Without(a));
        table.Add("slice mustSlice", (_, a) => Slice(a));
        table.Add("chunk mustChunk", (_, a) => Items(a, 1).Chunk(Math.Max(a.Int(0), 1)).Select(c => (object?)c.ToList()).ToList());
        table.Add("sortAlpha", (_, a) => Strings(a[0]).Order(StringComparer.Ordinal).ToList<object?>());
        table.Add("until", (s, a) => Steps(s, 0, a.Int(0), a.Int(0) < 0 ? -1 : 1));
        table.Add("untilStep", (s, a) => Steps(s, a.Int(0), a.Int(1), a.Int(2)));
        table.Add("seq", Sequence);
    }

    /// <summary>The texts of a list's elements; a single value is a list of one, null of none.</summary>
    public static IEnumerable<string> Strings(object? value) => value switch
    {
        null => [],
        List<object?> list => list.Where(i => i is not null).Select(StringFunctions.Text),
        _ => [StringFunctions.Text(value)],
    };

    private static List<object?> Items(Arguments a, int index) => a.List(index);

    private static List<object?> Unique(List<object?> list)
    {
        var unique = new List<object?>();
        foreach (var item in list)
        {
            if (!unique.Exists(u => Numbers.DeepEqual(u, item)))
                unique.Add(item);
        }

        return unique;
    }

    private static List<object?> Without(Arguments a)
    {
        var unwanted = a.From(1);
        return Items(a, 0).Where(i => !unwanted.Exists(u => Numbers.DeepEqual(u, i))).ToList();
    }

    private static List<object?> Slice(Arguments a)
    {
        var list = Items(a, 0);
        var from = a.Count > 1 ? a.Int(1) : 0;
        var to = a.Count > 2 ? a.Int(2) : list.Count;
        return from >= 0 && to >= from && to <= list.Count ? list[from..to] : throw new FunctionException($"slice: {from} to {to} is not within a list of {list.Count}");
    }

    private static List<object?> Steps(RenderSession session, long from, long to, long step)
    {
        var list = new List<object?>();
        if (step == 0)
            return list;
        for (var i = from; step > 0 ? i < to : i > to; i += step)
        {
            if (list.Count >= session.Limits.ListLength)
                throw new FunctionException($"a list may have {session.Limits.ListLength} elements");
            list.Add(i);
        }

        return list;
    }

    private static object? Sequence(RenderSession session, Arguments a)
    {
        var (from, step, to) = a.Count switch
        {
            1 => (1L, a.Int(0) < 1 ? -1L : 1L, (long)a.Int(0)),
            2 => (a.Int(0), a.Int(1) < a.Int(0) ? -1L : 1L, a.Int(1)),
            3 => (a.Int(0), a.Int(1), a.Int(2)),
            _ => (0L, 0L, 0L),
        };
        return step == 0 ? "" : string.Join(' ', Steps(session, from, to + Math.Sign(step), step).Select(n => ((long)n!).ToString(CultureInfo.InvariantCulture)));
    }
}
