using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace Linkerd.Routing;

/// <summary>
/// A regular expression of policy, over a whole text. One that takes longer than its limit does not match. Matching allocates nothing
/// in the steady state.
/// </summary>
internal sealed class CompiledRegex
{
    private const int MaxOnStack = 512;

    private static readonly TimeSpan s_limit = TimeSpan.FromMilliseconds(50);

    private readonly Regex _regex;

    /// <summary>Compiles a pattern; throws <see cref="ArgumentException"/> when it is none.</summary>
    public CompiledRegex(string pattern)
    {
        try
        {
            // In linear time, whatever a client sends: what does not match for want of time is decided by another rule.
            _regex = new Regex($"^(?:{pattern})\\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking, s_limit);
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
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
        finally
        {
            if (rented is not null) ArrayPool<char>.Shared.Return(rented);
        }
    }
}
