using System.Text;

namespace Linkerd.Local.Runtime;

/// <summary>Quoting for sh and fstab.</summary>
internal static class ShellText
{
    /// <summary>One word of sh, whatever is in it.</summary>
    public static string Quote(string word) =>
        word.Length != 0 && word.All(static c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or '=' or ':' or ',' or '+' or '@' or '%')
            ? word
            : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    /// <summary>Words of sh.</summary>
    public static string Quote(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    /// <summary>One field of an fstab: blanks and backslashes in octal.</summary>
    public static string FstabField(string field)
    {
        var text = new StringBuilder();
        foreach (var c in field)
        {
            _ = c switch
            {
                ' ' => text.Append("\\040"),
                '\t' => text.Append("\\011"),
                '\n' => text.Append("\\012"),
                '\\' => text.Append("\\134"),
                '#' => text.Append("\\043"),
                _ => text.Append(c),
            };
        }

        return text.ToString();
    }
}
