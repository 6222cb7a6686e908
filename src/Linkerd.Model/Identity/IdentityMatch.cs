namespace Linkerd.Model;

/// <summary>A pattern over client identities: exact, or a suffix of DNS labels, whose empty form matches every identity.</summary>
public sealed record IdentityMatch
{
    private IdentityMatch(string text, bool isSuffix)
    {
        Text = text;
        IsSuffix = isSuffix;
    }

    /// <summary>Matches every authenticated identity.</summary>
    public static IdentityMatch Any { get; } = new(string.Empty, isSuffix: true);

    /// <summary>The exact name, or the suffix without its <c>*.</c>.</summary>
    public string Text { get; }

    public bool IsSuffix { get; }

    public static IdentityMatch Exact(string name) => new(name, isSuffix: false);

    /// <summary>Matches names that end in <c>.suffix</c>; an empty one matches all.</summary>
    public static IdentityMatch Suffix(string suffix) => new(suffix, isSuffix: true);

    /// <summary><c>*</c>, <c>*.suffix</c> or an exact name.</summary>
    public static IdentityMatch Parse(string pattern)
    {
        ArgumentException.ThrowIfNullOrEmpty(pattern);
        return pattern == "*" ? Any : pattern.StartsWith("*.", StringComparison.Ordinal) ? Suffix(pattern[2..]) : Exact(pattern);
    }

    public bool IsMatch(PeerIdentity identity)
    {
        if (identity.Name is not { } name) return false;
        if (!IsSuffix) return string.Equals(name, Text, identity.IsUri ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);
        if (Text.Length == 0) return true;
        return !identity.IsUri && name.Length > Text.Length + 1 && name[^(Text.Length + 1)] == '.' && name.EndsWith(Text, StringComparison.OrdinalIgnoreCase);
    }
}
