using System.Text.RegularExpressions;

namespace Linkerd.Viz.Web.Access;

/// <summary>
/// The check of the Host header against DNS rebinding: a page of a stranger whose name was made to point here sends the stranger's
/// name. Patterns are matched without backtracking, as Go does.
/// </summary>
internal sealed class HostCheck
{
    private const int MaxHostLength = 255;
    private readonly Regex _allowed;

    private HostCheck(Regex allowed) => _allowed = allowed;

    /// <summary>The pattern in force.</summary>
    public string Pattern => _allowed.ToString();

    /// <summary>The check of a user's pattern, or of the default when it is empty: loopback and the dashboard's own Service.</summary>
    /// <param name="pattern">Regular expression, not anchored unless it says so itself; <c>.*</c> allows every host.</param>
    /// <param name="vizNamespace">Namespace of the Service <c>web</c>.</param>
    /// <param name="clusterDomain">Such as <c>cluster.local</c>.</param>
    /// <exception cref="FormatException">The pattern is no regular expression that runs in linear time.</exception>
    public static HostCheck Create(string pattern, string vizNamespace, string clusterDomain)
    {
        if (pattern.Length == 0)
            pattern = $@"^(localhost|127\.0\.0\.1|web\.{Regex.Escape(vizNamespace)}\.svc\.{Regex.Escape(clusterDomain)}|web\.{Regex.Escape(vizNamespace)}\.svc|\[::1\])(:\d+)?$";
        try
        {
            return new HostCheck(new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant));
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new FormatException($"'{pattern}' is not a regular expression that runs in linear time: {e.Message}", e);
        }
    }

    /// <summary>Whether requests for <paramref name="host"/>, a host with or without a port, are answered.</summary>
    public bool Allows(string host) => host.Length is > 0 and <= MaxHostLength && _allowed.IsMatch(host);

    /// <summary>The text of the 400 that all other requests get.</summary>
    public string Refusal(string host)
    {
        var shown = host.Length > MaxHostLength ? host[..MaxHostLength] + "..." : host;
        return $"""
            The dashboard was asked for as host '{shown}', which does not match {Pattern}.
            The request was refused to protect against DNS rebinding: https://linkerd.io/dns-rebinding
            To allow the host, set dashboard.enforcedHostRegexp of the Viz extension, or the flag -enforced-host of the web component;
            behind an ingress, let it send the host web.linkerd-viz.svc.cluster.local:8084.

            """.ReplaceLineEndings("\n");
    }
}
