using System.Text.RegularExpressions;

namespace Linkerd.Local.Api;

/// <summary>The name rules of Kubernetes (RFC 1123, RFC 1035, label keys and values).</summary>
internal static partial class Names
{
    private const string SubdomainHelp =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    private const string LabelHelp =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    private const string ServiceHelp =
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

    /// <summary>What is wrong with a name, or null.</summary>
    public static string? Fault(string name, NameRule rule) => rule switch
    {
        NameRule.Subdomain => name.Length > 253 ? "must be no more than 253 characters" : Subdomain().IsMatch(name) ? null : SubdomainHelp,
        NameRule.Label => name.Length > 63 ? "must be no more than 63 characters" : Label().IsMatch(name) ? null : LabelHelp,
        NameRule.ServiceLabel => name.Length > 63 ? "must be no more than 63 characters" : ServiceName().IsMatch(name) ? null : ServiceHelp,
        _ => name is "." or ".." ? $"may not be '{name}'" : name.Contains('/') ? "may not contain '/'" : name.Contains('%') ? "may not contain '%'" : null,
    };

    /// <summary>Whether the text may be a label key: an optional DNS prefix, a slash, and a name of at most 63.</summary>
    public static bool IsQualified(string key)
    {
        var slash = key.IndexOf('/');
        if (slash >= 0 && (slash == 0 || slash > 253 || !Subdomain().IsMatch(key[..slash]))) return false;
        var name = key[(slash + 1)..];
        return name.Length is > 0 and <= 63 && Qualified().IsMatch(name);
    }

    public static bool IsLabelValue(string value) => value.Length <= 63 && (value.Length == 0 || Qualified().IsMatch(value));

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex Subdomain();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z")]
    private static partial Regex Label();

    [GeneratedRegex(@"^[a-z]([-a-z0-9]*[a-z0-9])?\z")]
    private static partial Regex ServiceName();

    [GeneratedRegex(@"^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?\z")]
    private static partial Regex Qualified();
}
