using Linkerd.Charts.Values;

namespace Linkerd.Charts;

/// <summary>What is installed under which name: <c>.Release</c> of templates.</summary>
public sealed record ChartRelease
{
    /// <summary>Name of the release.</summary>
    public required string Name { get; init; }

    /// <summary>Namespace it is installed in.</summary>
    public required string Namespace { get; init; }

    /// <summary>Who renders: <c>CLI</c> or <c>Helm</c>. Default CLI.</summary>
    public string Service { get; init; } = "CLI";

    /// <summary>Whether something is there already. Default false.</summary>
    public bool IsUpgrade { get; init; }

    internal ValueMap ToValues() => new()
    {
        ["Name"] = Name,
        ["Namespace"] = Namespace,
        ["Service"] = Service,
        ["IsUpgrade"] = IsUpgrade,
        ["IsInstall"] = !IsUpgrade,
        ["Revision"] = 1L,
    };
}
