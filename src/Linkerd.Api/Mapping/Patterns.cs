using System.Text.RegularExpressions;

namespace Linkerd.Api.Mapping;

/// <summary>Regular expressions off the wire.</summary>
internal static class Patterns
{
    /// <summary>Characters at most.</summary>
    private const int MaxLength = 4096;

    /// <summary>The pattern, when it can be compiled as routes compile it: whole text, no captures.</summary>
    /// <exception cref="WireException">It is no regular expression, or too long.</exception>
    public static string Checked(string pattern, string field)
    {
        if (pattern.Length > MaxLength) throw new WireException($"{field}: a regular expression of more than {MaxLength} characters");
        try
        {
            _ = new Regex($"^(?:{pattern})$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking);
            return pattern;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw new WireException($"{field}: not a regular expression: {exception.Message}");
        }
    }
}
