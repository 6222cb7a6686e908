namespace Linkerd.Checks;

/// <summary>One line of a category.</summary>
internal sealed record Check(string Description, string Anchor, Func<CancellationToken, Task> Run)
{
    /// <summary>Whether nothing after it can be told when it fails.</summary>
    public bool Fatal { get; init; }

    /// <summary>Whether its failure is only a warning.</summary>
    public bool Warning { get; init; }

    /// <summary>Whether it is tried again until the deadline.</summary>
    public bool Retries { get; init; }
}

/// <summary>Checks under one heading.</summary>
internal sealed record CheckCategory(string Name, IReadOnlyList<Check> Checks);
