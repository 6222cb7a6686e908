using System.Globalization;
using System.Text;

namespace Linkerd.Charts.Values;

/// <summary>
/// Reads <c>--set</c>, <c>--set-string</c> and <c>--set-file</c> as Helm does: <c>a.b=1,c[0].d=x,e={1,2}</c>, where a
/// backslash makes the next character an ordinary one. With <c>--set</c>, true, false, null and whole numbers without a
/// leading zero have their types; null removes a default.
/// </summary>
public static class ValueFlag
{
    private const int MaxIndex = 65_536;
    private const int MaxDepth = 30;

    /// <summary>Sets what the flag says.</summary>
    /// <exception cref="ChartException">The text is not of this form; the message has the flag and the place.</exception>
    public static void Set(ValueMap values, string text) => new Reader("--set", text, Typed).Into(values);

    /// <summary>The same, with every value a string.</summary>
    /// <inheritdoc cref="Set"/>
    public static void SetString(ValueMap values, string text) => new Reader("--set-string", text, value => value).Into(values);

    /// <summary>The same, with every value the name of a file, whose text <paramref name="read"/> gives.</summary>
    /// <inheritdoc cref="Set"/>
    public static void SetFile(ValueMap values, string text, Func<string, string> read) => new Reader("--set-file", text, read).Into(values);

    /// <summary>Lays <paramref name="over"/> over <paramref name="values"/>: maps merge, all else is replaced.</summary>
    public static void Merge(ValueMap values, ValueMap over)
    {
        foreach (var (key, value) in over)
        {
            if (value is ValueMap inner && values.TryGetValue(key, out var existing) && existing is ValueMap map)
                Merge(map, inner);
            else
                values[key] = ValueMap.CopyOf(value);
        }
    }

    private static object? Typed(string text)
    {
        if (text.Equals("true", StringComparison.OrdinalIgnoreCase))
            return true;
        if (text.Equals("false", StringComparison.OrdinalIgnoreCase))
            return false;
        if (text.Equals("null", StringComparison.OrdinalIgnoreCase))
            return null;
        if (text == "0")
            return 0L;
        return text.Length != 0 && text[0] != '0' && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : text;
    }

    private sealed class Reader(string flag, string text, Func<string, object?> convert)
    {
        private int _at;

        public void Into(ValueMap values)
        {
            while (_at < text.Length)
                Key(values, 0);
        }

        private void Key(ValueMap map, int depth)
        {
            if (depth > MaxDepth)
                throw Error($"keys are nested deeper than {MaxDepth} levels");
            var (key, stop) = Word("=[,.");
            if (key.Length == 0)
                throw Error("a key is missing");
            switch (stop)
            {
                case '=':
                    map[key] = Value();
                    break;
                case '.':
                    Key(Child(map.GetValueOrDefault(key), m => map[key] = m), depth + 1);
                    break;
                case '[':
                    var list = map.GetValueOrDefault(key) as List<object?> ?? [];
                    map[key] = list;
                    Item(list, depth + 1);
                    break;
                default:
                    throw Error($"key \"{key}\" has no value: write {key}=VALUE");
            }
        }

        private void Item(List<object?> list, int depth)
        {
            if (depth > MaxDepth)
                throw Error($"lists are nested deeper than {MaxDepth} levels");
            var (digits, stop) = Word("]");
            if (stop != ']' || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var index) || index > MaxIndex)
                throw Error($"\"{digits}\" is no list index: write a number from 0 to {MaxIndex} between brackets");
            while (list.Count <= index)
                list.Add(null);
            var next = _at < text.Length ? text[_at++] : '\0';
            switch (next)
            {
                case '=':
                    list[index] = Value();
                    break;
                case '.':
                    Key(Child(list[index], m => list[index] = m), depth + 1);
                    break;
                case '[':
                    var inner = list[index] as List<object?> ?? [];
                    list[index] = inner;
                    Item(inner, depth + 1);
                    break;
                default:
                    throw Error($"item {index} has no value: write [{index}]=VALUE");
            }
        }

        private static ValueMap Child(object? existing, Action<ValueMap> store)
        {
            if (existing is ValueMap map)
                return map;
            var created = new ValueMap();
            store(created);
            return created;
        }

        private object? Value()
        {
            if (_at < text.Length && text[_at] == '{')
                return List();
            var (value, _) = Word(",");
            return convert(value);
        }

        private List<object?> List()
        {
            _at++;
            var list = new List<object?>();
            while (true)
            {
                var (value, stop) = Word(",}");
                if (stop == '\0')
                    throw Error("a list must end with }");
                if (stop == ',' || value.Length != 0 || list.Count != 0)
                    list.Add(convert(value));
                if (stop == ',')
                    continue;
                if (_at < text.Length && text[_at] == ',')
                    _at++;
                return list;
            }
        }

        // Reads up to one of the stops and over it; the stop is '\0' at the end of the text.
        private (string Word, char Stop) Word(string stops)
        {
            var word = new StringBuilder();
            while (_at < text.Length)
            {
                var c = text[_at++];
                if (stops.Contains(c))
                    return (word.ToString(), c);
                if (c == '\\' && _at < text.Length)
                    c = text[_at++];
                word.Append(c);
            }

            return (word.ToString(), '\0');
        }

        private ChartException Error(string message) => new($"{flag} {text}: {message} (at character {_at})");
    }
}
