namespace Linkerd.Local.Storage;

internal enum StoreEventType
{
    Added,
    Modified,
    Deleted,
}
