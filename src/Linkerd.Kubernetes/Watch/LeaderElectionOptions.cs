namespace Linkerd.Kubernetes;

/// <summary>Which Lease to hold, as whom and for how long.</summary>
public sealed record LeaderElectionOptions
{
    /// <summary>Namespace of the Lease.</summary>
    public required string Namespace { get; init; }

    /// <summary>Name of the Lease.</summary>
    public required string Name { get; init; }

    /// <summary>Who we are: unique per replica, for example the pod's name.</summary>
    public required string Identity { get; init; }

    /// <summary>How long others wait after the last renewal; default 30 s.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long before that a leader that cannot renew stops; default 5 s.</summary>
    public TimeSpan RenewGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Pause between attempts to renew or acquire; default 2 s.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Hears of failures, each followed by another attempt.</summary>
    public Action<Exception>? OnError { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
