using System.Text;

namespace Linkerd.Cli.Profiles;

/// <summary>Paths as regular expressions.</summary>
public static class PathRegex
{
    private const string Special = @"\.+*?()|[]{}^$";

    /// <summary>The expression that matches <paramref name="text"/> alone, escaped as Go's <c>regexp.QuoteMeta</c> does.</summary>
    public static string Literal(string text)
    {
        var result = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            if (Special.Contains(c, StringComparison.Ordinal))
                result.Append('\\');
            result.Append(c);
        }

        return result.ToString();
    }

    /// <summary>The expression of an OpenAPI path: <c>{parameter}</c> is anything but a slash.</summary>
    /// <exception cref="CliException">A brace is not closed.</exception>
    public static string OfTemplate(string path)
    {
        var result = new StringBuilder();
        var from = 0;
        while (path.IndexOf('{', from) is >= 0 and var open)
        {
            var close = path.IndexOf('}', open);
            if (close < 0)
                throw new CliException($"paths: '{path}' opens a parameter with '{{' and does not close it; write for example /books/{{id}}");
            result.Append(Literal(path[from..open])).Append("[^/]*");
            from = close + 1;
        }

        return result.Append(Literal(path[from..])).ToString();
    }
}
