namespace Linkerd.Proxy.Discovery;

/// <summary>Whether a DNS name is one of a list of domains, or below one.</summary>
internal static class NameSuffixes
{
    /// <summary>Names and suffixes are in lower case, without a trailing dot. An empty suffix (<c>.</c>) matches everything.</summary>
    public static bool Contain(IReadOnlyList<string> suffixes, string name)
    {
        foreach (string suffix in suffixes)
        {
            if (suffix.Length == 0 || name == suffix) return true;
            if (name.Length > suffix.Length && name[^(suffix.Length + 1)] == '.' && name.EndsWith(suffix, StringComparison.Ordinal)) return true;
        }

        return false;
    }
}
