namespace Linkerd.Model;

/// <summary>A condition of a service profile over a request.</summary>
public abstract record RequestMatch
{
    private RequestMatch()
    {
    }

    public sealed record All(IReadOnlyList<RequestMatch> Matches) : RequestMatch;

    public sealed record Any(IReadOnlyList<RequestMatch> Matches) : RequestMatch;

    public sealed record Not(RequestMatch Match) : RequestMatch;

    /// <summary>A regular expression that must match the whole path.</summary>
    public sealed record Path(string Regex) : RequestMatch;

    public sealed record Method(string Name) : RequestMatch;
}
