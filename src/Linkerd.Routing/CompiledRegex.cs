using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace Linkerd.Routing;

/// <summary>
/// A regular expression of policy, over a whole text. It takes time in proportion to the text, whatever a client sends. There is no limit in time: a
/// busy machine must not decide which rule holds. Matching allocates nothing in the steady state.
/// </summary>
internal sealed class CompiledRegex
{
    private const int MaxOnStack = 512;

    private readonly Regex _regex;

    /// <summary>Compiles a pattern; throws <see cref="ArgumentException"/> when it is none.</summary>
    public CompiledRegex(string pattern)
    {
        try
        {
            _regex = new Regex($"^(?:{pattern})\\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking);
        }
        catch (NotSupportedException exception)
        {
            // Back-references and the like, which the Gateway API's dialect does not have either.
            throw new ArgumentException($"'{pattern}': {exception.Message}", nameof(pattern), exception);
        }
    }

    public bool IsMatch(ReadOnlySpan<byte> text)
    {
        char[]? rented = text.Length > MaxOnStack ? ArrayPool<char>.Shared.Rent(text.Length) : null;
        Span<char> chars = rented ?? stackalloc char[MaxOnStack];
        try
        {
            int length = Encoding.UTF8.GetChars(text, chars);
            return _regex.IsMatch(chars[..length]);
        }
        finally
        {
            if (rented is not null) ArrayPool<char>.Shared.Return(rented);
        }
    }
}
