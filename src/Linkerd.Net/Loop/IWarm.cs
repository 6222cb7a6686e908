namespace Linkerd.Net;

/// <summary>Something that keeps memory while it is busy.</summary>
internal interface IWarm
{
    /// <summary>True when it was not busy since the last call and has let go of its memory: it leaves the table.</summary>
    bool TryCool();
}
