namespace Linkerd.Cli.Commands.Viz.Policies;

/// <summary>A decision and its reason, which is empty for a request that is let in.</summary>
internal sealed record PolicyVerdict(Decision Decision, string Reason)
{
    /// <summary>It is let in.</summary>
    public static PolicyVerdict Allowed { get; } = new(Decision.Allowed, "");
}
