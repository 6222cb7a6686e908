namespace Linkerd.Kubernetes;

/// <summary>What a watch event says.</summary>
public enum WatchEventType
{
    /// <summary>The object is new, or was there when the watch began.</summary>
    Added,

    /// <summary>The object changed.</summary>
    Modified,

    /// <summary>The object is gone; the event carries its last state.</summary>
    Deleted,

    /// <summary>Nothing happened up to this version; the object carries only a resourceVersion.</summary>
    Bookmark,
}
