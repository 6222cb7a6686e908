namespace Linkerd.Kubernetes;

/// <summary>One event of a watch.</summary>
/// <param name="Type">What happened.</param>
/// <param name="Object">The object after (for deletions: before) the event.</param>
public readonly record struct WatchEvent<T>(WatchEventType Type, T Object)
    where T : class;
