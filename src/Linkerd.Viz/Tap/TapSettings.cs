namespace Linkerd.Viz.Tap;

/// <summary>How tap is served.</summary>
/// <param name="ControlPort">Port of the proxies' tap servers.</param>
/// <param name="ControlPlaneNamespace">Namespace of the control plane: its name is in every identity.</param>
/// <param name="TrustDomain">The end of every identity.</param>
/// <param name="IgnoreHeaders">Names of headers that are never shown, lower case.</param>
internal sealed record TapSettings(int ControlPort, string ControlPlaneNamespace, string TrustDomain, IReadOnlySet<string> IgnoreHeaders)
{
    /// <summary>Pods that one request may tap; more are refused with the advice to be more specific.</summary>
    public const int MaxPods = 200;

    /// <summary>Bytes of a request's body.</summary>
    public const int MaxRequestBytes = 64 * 1024;

    /// <summary>Events that wait for a slow reader; when more come, the newest are dropped.</summary>
    public const int MaxQueuedEvents = 10_000;

    /// <summary>Taps under way at once.</summary>
    public const int MaxTaps = 100;

    /// <summary>The rate when none is asked for.</summary>
    public const float DefaultMaxRps = 100;

    /// <summary>The highest rate that can be asked for.</summary>
    public const float HighestMaxRps = 10_000;
}
