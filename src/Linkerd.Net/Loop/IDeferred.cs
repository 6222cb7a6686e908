namespace Linkerd.Net;

/// <summary>Work that is run once at the end of the loop turn (<see cref="EventLoop.Defer"/>) or in the next one (<see cref="EventLoop.Yield"/>).</summary>
public interface IDeferred
{
    /// <summary>Called on the loop. Whoever must not be queued twice keeps a flag and clears it here.</summary>
    void RunDeferred();
}
