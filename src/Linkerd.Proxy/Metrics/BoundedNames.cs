namespace Linkerd.Proxy.Metrics;

/// <summary>Names that clients choose, as far as metrics tell them apart: each could else make any number of series. One per worker.</summary>
/// <param name="max">How many are told apart; those beyond are one, the empty one.</param>
internal sealed class BoundedNames(int max)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>The name, or the empty one.</summary>
    public string Of(string name) => _known.Contains(name) || (_known.Count < max && _known.Add(name)) ? name : string.Empty;
}
