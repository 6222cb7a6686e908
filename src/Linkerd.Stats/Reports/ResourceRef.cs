namespace Linkerd.Stats.Reports;

/// <summary>A kind, one object of it or all, in one namespace or, when <paramref name="Namespace"/> is empty, in all.</summary>
public sealed record ResourceRef(ResourceKind Kind, string? Name, string Namespace)
{
    /// <summary>
    /// Reads kubectl's forms: <c>deploy</c>, <c>deploy/web</c>, <c>deploy web</c>, <c>po a b</c>, <c>deploy/web po/a</c>, <c>all</c>.
    /// </summary>
    /// <exception cref="ArgumentException">A kind is unknown, or a name is missing; the message names the word.</exception>
    public static IReadOnlyList<ResourceRef> Parse(IReadOnlyList<string> words, string ns)
    {
        if (words.Count == 0)
            throw new ArgumentException("no resource given; say for example: deploy, deploy/web, ns, po");
        if (words is ["all"])
            return [.. ResourceKind.All.Where(k => k.IsWorkload && k.Name != "namespace").Select(k => new ResourceRef(k, null, ns))];
        if (words.Any(w => w.Contains('/', StringComparison.Ordinal)))
            return [.. words.Select(w => Slashed(w, ns))];
        var kinds = words[0].Split(',').Select(k => Known(k)).ToArray();
        return words.Count == 1
            ? [.. kinds.Select(k => new ResourceRef(k, null, ns))]
            : [.. kinds.SelectMany(k => words.Skip(1).Select(name => new ResourceRef(k, name, ns)))];
    }

    private static ResourceRef Slashed(string word, string ns)
    {
        var slash = word.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || slash == word.Length - 1)
            throw new ArgumentException($"'{word}' is not TYPE/NAME; say for example: deploy/web");
        return new ResourceRef(Known(word[..slash]), word[(slash + 1)..], ns);
    }

    private static ResourceKind Known(string word) => ResourceKind.Find(word)
        ?? throw new ArgumentException($"cannot find Kubernetes canonical name from friendly name [{word}]; known are: {string.Join(", ", ResourceKind.All.Select(k => k.Plural))}, all");
}
