namespace Linkerd.Kubernetes;

/// <summary>What an informer follows, and how it recovers.</summary>
public sealed record InformerOptions
{
    /// <summary>Follow only objects with these labels.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>Follow only objects with these fields.</summary>
    public string? FieldSelector { get; init; }

    /// <summary>Objects per page of the first list; default 500.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>Most objects kept; more is a fault that leaves the informer unsynced rather than the process without memory. Default 1,000,000.</summary>
    public int MaxObjects { get; init; } = 1_000_000;

    /// <summary>
    /// Whether a server without the resource's type counts as one without objects, as where a CRD may not be installed: the
    /// informer is synced, and asks again until the type is there. Default false: an error.
    /// </summary>
    public bool AbsentIsEmpty { get; init; }

    /// <summary>First pause after a failure; default 200 ms.</summary>
    public TimeSpan MinBackoff { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Longest pause between attempts; default 30 s.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Hears of failures, each followed by another attempt.</summary>
    public Action<Exception>? OnError { get; init; }

    /// <summary>Hears with each change that a watch brings how long ago the server recorded it, and of which resource; null: nobody does.</summary>
    public Action<GroupVersionResource, TimeSpan>? OnChangeSeen { get; init; }

    /// <summary>Clock for the pauses.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
