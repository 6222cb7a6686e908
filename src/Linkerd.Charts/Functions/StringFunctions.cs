using System.Text;
using Linkerd.Charts.Templates;
using Linkerd.Charts.Values;

namespace Linkerd.Charts.Functions;

/// <summary>Sprig's functions on text.</summary>
internal static class StringFunctions
{
    public static void AddTo(FunctionTable table)
    {
        AddCase(table);
        AddTrim(table);
        AddParts(table);
        table.Add("quote", (_, a) => string.Join(' ', a.All.Where(v => v is not null).Select(v => GoFormat.Quote(Text(v)))));
        table.Add("squote", (_, a) => string.Join(' ', a.All.Where(v => v is not null).Select(v => $"'{GoFormat.Text(v)}'")));
        table.Add("toString", (_, a) => Text(a[0]));
        table.Add("cat", (_, a) => string.Join(' ', a.All.Where(v => v is not null).Select(GoFormat.Text)));
        table.Add("indent", Indent);
        table.Add("nindent", (s, a) => "\n" + Indent(s, a));
        table.Add("replace", Replace);
        table.Add("repeat", Repeat);
        table.Add("plural", (_, a) => a.Int(2) == 1 ? a.Text(0) : a.Text(1));
        table.Add("contains", (_, a) => a.Text(1).Contains(a.Text(0), StringComparison.Ordinal));
        table.Add("hasPrefix", (_, a) => a.Text(1).StartsWith(a.Text(0), StringComparison.Ordinal));
        table.Add("hasSuffix", (_, a) => a.Text(1).EndsWith(a.Text(0), StringComparison.Ordinal));
    }

    /// <summary>Sprig's text of a value: a string as it is, all else as Go prints it.</summary>
    public static string Text(object? value) => GoFormat.Text(value);

    private static void AddCase(FunctionTable table)
    {
        table.Add("upper", (_, a) => a.Text(0).ToUpperInvariant());
        table.Add("lower", (_, a) => a.Text(0).ToLowerInvariant());
        table.Add("title", (_, a) => Title(a.Text(0)));
        table.Add("untitle", (_, a) => a.Text(0) is { Length: > 0 } s ? char.ToLowerInvariant(s[0]) + s[1..] : "");
    }

    private static void AddTrim(FunctionTable table)
    {
        table.Add("trim", (_, a) => a.Text(0).Trim());
        table.Add("trimAll trimall", (_, a) => a.Text(1).Trim(a.Text(0).ToCharArray()));
        table.Add("trimPrefix", (_, a) => a.Text(1).StartsWith(a.Text(0), StringComparison.Ordinal) ? a.Text(1)[a.Text(0).Length..] : a.Text(1));
        table.Add("trimSuffix", (_, a) => a.Text(1).EndsWith(a.Text(0), StringComparison.Ordinal) ? a.Text(1)[..^a.Text(0).Length] : a.Text(1));
        table.Add("nospace", (_, a) => string.Concat(a.Text(0).Where(c => !char.IsWhiteSpace(c))));
    }

    private static void AddParts(FunctionTable table)
    {
        table.Add("trunc", (_, a) => Truncate(a.Int(0), a.Text(1)));
        table.Add("substr", (_, a) => Substring(a.Int(0), a.Int(1), a.Text(2)));
        table.Add("split", (_, a) => Numbered(a.Text(1).Split(a.Text(0))));
        table.Add("splitn", (_, a) => Numbered(a.Text(2).Split(a.Text(0), a.Int(1))));
        table.Add("splitList", (_, a) => a.Text(1).Split(a.Text(0)).ToList<object?>());
        table.Add("toStrings", (_, a) => ListFunctions.Strings(a[0]).ToList<object?>());
        table.Add("join", Join);
    }

    private static ValueMap Numbered(string[] parts)
    {
        var map = new ValueMap();
        for (var i = 0; i < parts.Length; i++)
            map[$"_{i}"] = parts[i];
        return map;
    }

    private static string Replace(RenderSession session, Arguments a)
    {
        var (old, by, text) = (a.Text(0), a.Text(1), a.Text(2));
        if (old.Length == 0)
            throw new FunctionException("replace: what to replace is empty");
        if (by.Length > old.Length)
            session.RequireRoom(text.Length + ((long)text.AsSpan().Count(old) * (by.Length - old.Length)));
        return text.Replace(old, by, StringComparison.Ordinal);
    }

    private static string Join(RenderSession session, Arguments a)
    {
        var (separator, parts) = (a.Text(0), ListFunctions.Strings(a[1]).ToList());
        session.RequireRoom(parts.Sum(static p => (long)p.Length) + ((long)separator.Length * parts.Count));
        return string.Join(separator, parts);
    }

    private static string Indent(RenderSession session, Arguments a)
    {
        var spaces = a.Int(0);
        if (spaces is < 0 or > 1000)
            throw a.Wrong(0, "0 to 1000 spaces");
        session.RequireRoom(a.Text(1).Length + ((a.Text(1).AsSpan().Count('\n') + 1L) * spaces));
        var pad = new string(' ', spaces);
        return pad + a.Text(1).Replace("\n", "\n" + pad, StringComparison.Ordinal);
    }

    private static object Repeat(RenderSession session, Arguments a)
    {
        var (count, text) = (a.Int(0), a.Text(1));
        return count >= 0 && (long)count * text.Length <= session.Limits.OutputCharacters
            ? new StringBuilder().Insert(0, text, count).ToString()
            : throw new FunctionException($"repeat: {count} times {text.Length} characters is not within 0 to {session.Limits.OutputCharacters}");
    }

    // Counted in bytes, as Go does; a cut inside of a character loses it.
    private static string Truncate(int count, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (count < 0 && bytes.Length + count > 0)
            return Encoding.UTF8.GetString(bytes.AsSpan(bytes.Length + count));
        return count >= 0 && bytes.Length > count ? Encoding.UTF8.GetString(bytes.AsSpan(0, count)) : text;
    }

    private static string Substring(int start, int end, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (start < 0)
            return Encoding.UTF8.GetString(bytes.AsSpan(0, Math.Min(end, bytes.Length)));
        return end < 0 || end > bytes.Length ? Encoding.UTF8.GetString(bytes.AsSpan(start)) : Encoding.UTF8.GetString(bytes.AsSpan(start..end));
    }

    private static string Title(string text)
    {
        var result = new StringBuilder(text.Length);
        var previous = ' ';
        foreach (var c in text)
        {
            var inWord = char.IsLetterOrDigit(previous) || previous is '_' or '\'';
            result.Append(inWord ? c : char.ToUpperInvariant(c));
            previous = c;
        }

        return result.ToString();
    }
}
