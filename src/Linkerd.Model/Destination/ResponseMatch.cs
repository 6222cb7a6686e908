namespace Linkerd.Model;

/// <summary>A condition of a service profile over a response.</summary>
public abstract record ResponseMatch
{
    private ResponseMatch()
    {
    }

    public sealed record All(IReadOnlyList<ResponseMatch> Matches) : ResponseMatch;

    public sealed record Any(IReadOnlyList<ResponseMatch> Matches) : ResponseMatch;

    public sealed record Not(ResponseMatch Match) : ResponseMatch;

    /// <summary>Both ends belong to it.</summary>
    public sealed record Status(int Min, int Max) : ResponseMatch;
}
