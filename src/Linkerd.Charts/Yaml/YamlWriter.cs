using System.Globalization;
using System.Text;
using Linkerd.Charts.Values;

namespace Linkerd.Charts.Yaml;

/// <summary>
/// Writes values as Go's YAML library does for Helm and kubectl: keys in natural order, sequences not indented below
/// their key, long text folded after 80 columns, quotes only where the plain text would mean something else.
/// </summary>
public sealed class YamlWriter
{
    private const int Indentation = 2;

    private readonly YamlOutput _out = new();

    private YamlWriter()
    {
    }

    /// <summary>Writes a value as a block document that ends with a newline.</summary>
    public static string Write(object? value)
    {
        var writer = new YamlWriter();
        writer.Node(value, -1, Context.Root);
        writer._out.EndLine();
        return writer._out.ToString();
    }

    private enum Context
    {
        Root,
        Key,
        MapValue,
        Item,
    }

    private void Node(object? value, int indent, Context context)
    {
        switch (value)
        {
            case ValueMap { Count: 0 }:
                _out.Indicator("{}", space: true);
                break;
            case List<object?> { Count: 0 }:
                _out.Indicator("[]", space: true);
                break;
            case ValueMap map:
                Mapping(map, indent < 0 ? 0 : indent + Indentation);
                break;
            case List<object?> list:
                Sequence(list, indent < 0 ? 0 : context == Context.MapValue && !_out.Indention ? indent : indent + Indentation);
                break;
            default:
                Scalar(value, indent < 0 ? Indentation : indent + Indentation, context);
                break;
        }
    }

    private void Mapping(ValueMap map, int indent)
    {
        foreach (var (key, value) in map.OrderBy(e => e.Key, NaturalKeyOrder.Instance))
        {
            _out.Indent(indent);
            var isSimple = Encoding.UTF8.GetByteCount(key) <= 128 && key.AsSpan().IndexOfAny("\r\n\u0085\u2028\u2029") < 0;
            if (isSimple)
            {
                Text(key, indent + Indentation, isKey: true);
                _out.Indicator(":", space: false);
            }
            else
            {
                _out.Indicator("?", space: true, isIndention: true);
                Text(key, indent + Indentation, isKey: false);
                _out.Indent(indent);
                _out.Indicator(":", space: true, isIndention: true);
            }

            Node(value, indent, Context.MapValue);
        }
    }

    private void Sequence(List<object?> list, int indent)
    {
        foreach (var item in list)
        {
            _out.Indent(indent);
            _out.Indicator("-", space: true, isIndention: true);
            Node(item, indent, Context.Item);
        }
    }

    private void Scalar(object? value, int indent, Context context)
    {
        switch (value)
        {
            case null:
                _out.Plain("null", indent, fold: true);
                break;
            case bool b:
                _out.Plain(b ? "true" : "false", indent, fold: true);
                break;
            case long n:
                _out.Plain(n.ToString(CultureInfo.InvariantCulture), indent, fold: true);
                break;
            case double d:
                _out.Plain(Number(d), indent, fold: true);
                break;
            case string s:
                Text(s, indent, context == Context.Key);
                break;
            default:
                Text(GoFormat.Text(value), indent, context == Context.Key);
                break;
        }
    }

    // Values go through JSON on their way to YAML: whole numbers lose their exponent.
    private static string Number(double value)
    {
        if (double.IsInteger(value) && value is >= long.MinValue and < 9.2233720368547758E+18)
            return ((long)value).ToString(CultureInfo.InvariantCulture);
        return double.IsInteger(value) && value is > 0 and < 1.8446744073709552E+19
            ? ((ulong)value).ToString(CultureInfo.InvariantCulture)
            : GoFormat.Float(value);
    }

    private void Text(string text, int indent, bool isKey)
    {
        var analysis = ScalarAnalysis.Of(text);
        var fold = !isKey;
        if (text.Contains('\n'))
        {
            if (analysis.BlockAllowed && !isKey)
                _out.Literal(text, indent);
            else
                _out.DoubleQuoted(text, indent, fold);
        }
        else if (YamlScalars.IsAmbiguous(text))
        {
            _out.DoubleQuoted(text, indent, fold);
        }
        else if (analysis.PlainAllowed)
        {
            _out.Plain(text, indent, fold);
        }
        else if (analysis.SingleQuotedAllowed)
        {
            _out.SingleQuoted(text, indent, fold);
        }
        else
        {
            _out.DoubleQuoted(text, indent, fold);
        }
    }
}
