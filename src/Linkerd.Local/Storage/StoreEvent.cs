namespace Linkerd.Local.Storage;

/// <summary>One change of a resource. <see cref="Previous"/> is what it replaced; a deletion's <see cref="Object"/> carries the deletion's version.</summary>
internal sealed record StoreEvent(StoreEventType Type, StoredObject Object, StoredObject? Previous)
{
    public long Version => Object.Version;
}
