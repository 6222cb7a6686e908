namespace Linkerd.Net;

/// <summary>What a readiness loop calls for a registered descriptor.</summary>
internal interface IReadiness
{
    /// <summary>Edge-triggered: <paramref name="events"/> are EPOLL bits.</summary>
    void OnReady(uint events);

    /// <summary>The loop ends: give up the descriptor.</summary>
    void OnLoopStopped();
}
