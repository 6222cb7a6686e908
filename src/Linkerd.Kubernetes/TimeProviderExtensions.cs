namespace Linkerd.Kubernetes;

/// <summary>Waiting on a clock that tests may own.</summary>
internal static class TimeProviderExtensions
{
    public static Task Delay(this TimeProvider time, TimeSpan delay, CancellationToken cancel) => Task.Delay(delay, time, cancel);
}
