namespace Linkerd.Proxy.Metrics;

/// <summary>What a stage answers when it is asked to take something; the <c>ready</c> label.</summary>
public enum StackReadiness
{
    /// <summary>It takes it at once.</summary>
    Ready,

    /// <summary>It takes it after a wait.</summary>
    NotReady,

    /// <summary>It cannot.</summary>
    Error,
}
