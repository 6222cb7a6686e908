namespace Linkerd.Model;

/// <summary>Matches a request's host: exactly, or as <c>*.suffix</c>.</summary>
/// <param name="Text">The exact host, or the suffix without <c>*.</c>; lower case.</param>
/// <param name="IsSuffix">Whether whole labels may come before it.</param>
public sealed record HostMatch(string Text, bool IsSuffix)
{
    public bool IsMatch(ReadOnlySpan<char> host) => IsSuffix
        ? host.Length > Text.Length + 1 && host[^(Text.Length + 1)] == '.' && host.EndsWith(Text, StringComparison.OrdinalIgnoreCase)
        : host.Equals(Text, StringComparison.OrdinalIgnoreCase);
}
