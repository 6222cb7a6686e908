using System.Text;

namespace Linkerd.Local.Runtime;

/// <summary><c>$(NAME)</c> in commands, arguments and variables; <c>$$</c> is a dollar, an unknown name stays as written.</summary>
internal static class VariableExpansion
{
    public static string Expand(string text, Func<string, string?> lookup)
    {
        if (!text.Contains('$', StringComparison.Ordinal))
            return text;
        var result = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '$' || i + 1 == text.Length)
            {
                result.Append(text[i]);
                continue;
            }

            var next = text[i + 1];
            var end = next == '(' ? text.IndexOf(')', i) : -1;
            if (next == '$')
            {
                result.Append('$');
                i++;
            }
            else if (end > 0)
            {
                result.Append(lookup(text[(i + 2)..end]) ?? text[i..(end + 1)]);
                i = end;
            }
            else
            {
                result.Append('$');
            }
        }

        return result.ToString();
    }
}
