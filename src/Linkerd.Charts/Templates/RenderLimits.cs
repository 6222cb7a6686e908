namespace Linkerd.Charts.Templates;

/// <summary>What a template may use. A chart is code that someone else may have written.</summary>
public sealed record RenderLimits
{
    /// <summary>Templates that include each other. Default 64.</summary>
    public int IncludeDepth { get; init; } = 64;

    /// <summary>Characters that one rendering may write, all files and included templates together. Default 16 Mi.</summary>
    public int OutputCharacters { get; init; } = 16 * 1024 * 1024;

    /// <summary>Actions, iterations and calls that one rendering may run. Default 2,000,000.</summary>
    public int Steps { get; init; } = 2_000_000;

    /// <summary>Elements that a function may make, as <c>until</c> does. Default 100,000.</summary>
    public int ListLength { get; init; } = 100_000;

    /// <summary>Values, one in another, that a function's result may have, each counted as often as it is reached. Default 1,000,000.</summary>
    public int ValueNodes { get; init; } = 1_000_000;

    /// <summary>Levels of maps and lists in a function's result; a map that holds itself has no end of them. Default 200.</summary>
    public int ValueDepth { get; init; } = 200;

    /// <summary>How long one match of a regular expression may take. Default 1 s.</summary>
    public TimeSpan RegexTimeout { get; init; } = TimeSpan.FromSeconds(1);
}
