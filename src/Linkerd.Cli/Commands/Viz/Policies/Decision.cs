namespace Linkerd.Cli.Commands.Viz.Policies;

/// <summary>What policies would do with a request.</summary>
internal enum Decision
{
    /// <summary>Let it in.</summary>
    Allowed,

    /// <summary>Refuse it.</summary>
    Denied,

    /// <summary>Nothing: they do not select its port.</summary>
    NotCovered,
}
