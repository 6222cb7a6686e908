using System.Globalization;
using System.Text;

namespace Linkerd.Stats.Query;

/// <summary>
/// Reads the part of PromQL that this project's statistics are written in: selectors with all four matchers, windows,
/// increase, rate, irate, the simple aggregations with <c>by</c>, and histogram_quantile.
/// </summary>
public ref struct QueryParser
{
    /// <summary>Longer queries are refused.</summary>
    public const int MaxLength = 8 * 1024;

    private const int MaxDepth = 16;
    private readonly string _text;
    private int _at;
    private int _depth;

    private QueryParser(string text)
    {
        _text = text;
        _at = 0;
        _depth = 0;
    }

    /// <summary>Parses <paramref name="query"/>.</summary>
    /// <exception cref="QuerySyntaxException">It is not in the supported part of PromQL; the message names the position.</exception>
    public static Expression Parse(string query)
    {
        if (query.Length > MaxLength)
            throw new QuerySyntaxException($"query: {query.Length} characters; at most {MaxLength} are read");
        var parser = new QueryParser(query);
        var expression = parser.ReadExpression();
        parser.SkipSpace();
        if (parser._at != query.Length)
            throw parser.Fault("expected the end of the query");
        return expression;
    }

    private Expression ReadExpression()
    {
        if (++_depth > MaxDepth)
            throw Fault($"nested more than {MaxDepth} deep");
        SkipSpace();
        var name = ReadName();
        Expression result = name switch
        {
            "sum" or "count" or "min" or "max" or "avg" => ReadAggregation(name, _at - name.Length),
            "increase" or "rate" or "irate" => ReadRangeFunction(name, _at - name.Length),
            "histogram_quantile" => ReadQuantile(),
            "" => throw Fault("expected a metric or a function"),
            _ => ReadSelector(name),
        };
        _depth--;
        return result;
    }

    private Aggregation ReadAggregation(string name, int from)
    {
        var by = TryReadBy();
        Expect('(');
        var argument = ReadExpression();
        Expect(')');
        by ??= TryReadBy();
        return new Aggregation(name, by ?? [], argument, _text[from.._at]);
    }

    private RangeFunction ReadRangeFunction(string name, int from)
    {
        Expect('(');
        SkipSpace();
        var selector = ReadSelector(ReadName());
        if (selector.Range is null)
            throw Fault($"{name} needs a window, such as [1m]");
        Expect(')');
        return new RangeFunction(name, selector, _text[from.._at]);
    }

    private HistogramQuantile ReadQuantile()
    {
        Expect('(');
        SkipSpace();
        var from = _at;
        while (_at < _text.Length && (char.IsAsciiDigit(_text[_at]) || _text[_at] is '.' or '-' or 'e'))
            _at++;
        if (!double.TryParse(_text.AsSpan(from, _at - from), NumberStyles.Float, CultureInfo.InvariantCulture, out var quantile))
            throw Fault("expected the quantile, such as 0.99");
        Expect(',');
        var argument = ReadExpression();
        Expect(')');
        return new HistogramQuantile(quantile, argument);
    }

    private Selector ReadSelector(string metric)
    {
        var matchers = new List<LabelMatcher>();
        if (TryTake('{'))
        {
            while (!TryTake('}'))
            {
                SkipSpace();
                var label = ReadName();
                if (label.Length == 0)
                    throw Fault("expected a label");
                matchers.Add(LabelMatcher.Create(label, ReadOperator(), ReadString()));
                if (!TryTake(','))
                {
                    Expect('}');
                    break;
                }
            }
        }

        if (metric.Length == 0)
            throw Fault("expected a metric");
        return new Selector(metric, matchers, TryTake('[') ? ReadWindow() : null);
    }

    private TimeSpan ReadWindow()
    {
        var end = _text.IndexOf(']', _at);
        if (end < 0)
            throw Fault("expected ] after the window");
        var window = PromDuration.Parse(_text[_at..end]) ?? throw Fault($"'{_text[_at..end]}' is not a window, such as 30s, 1m or 6h");
        _at = end + 1;
        return window;
    }

    private string[]? TryReadBy()
    {
        SkipSpace();
        if (string.CompareOrdinal(_text, _at, "by", 0, 2) != 0)
            return null;
        _at += 2;
        Expect('(');
        var labels = new List<string>();
        while (!TryTake(')'))
        {
            SkipSpace();
            var name = ReadName();
            if (name.Length == 0)
                throw Fault("expected a label");
            labels.Add(name);
            if (!TryTake(','))
            {
                Expect(')');
                break;
            }
        }

        return [.. labels];
    }

    private string ReadName()
    {
        var from = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '_' or ':'))
            _at++;
        return _text[from.._at];
    }

    private string ReadOperator()
    {
        SkipSpace();
        foreach (var op in (ReadOnlySpan<string>)["=~", "!~", "!=", "="])
        {
            if (string.CompareOrdinal(_text, _at, op, 0, op.Length) == 0)
            {
                _at += op.Length;
                return op;
            }
        }

        throw Fault("expected =, !=, =~ or !~");
    }

    private string ReadString()
    {
        SkipSpace();
        if (_at == _text.Length || _text[_at] is not ('"' or '\''))
            throw Fault("expected a quoted value");
        var quote = _text[_at++];
        var value = new StringBuilder();
        while (_at < _text.Length && _text[_at] != quote)
        {
            var c = _text[_at++];
            if (c == '\\')
            {
                if (_at == _text.Length)
                    break;
                c = _text[_at++] switch { 'n' => '\n', 't' => '\t', var other => other };
            }

            value.Append(c);
        }

        if (_at == _text.Length)
            throw Fault("the quoted value does not end");
        _at++;
        return value.ToString();
    }

    private void SkipSpace()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
            _at++;
    }

    private bool TryTake(char c)
    {
        SkipSpace();
        if (_at == _text.Length || _text[_at] != c)
            return false;
        _at++;
        return true;
    }

    private void Expect(char c)
    {
        if (!TryTake(c))
            throw Fault($"expected '{c}'");
    }

    private readonly QuerySyntaxException Fault(string what) => new($"query, at character {_at + 1}: {what}");
}
