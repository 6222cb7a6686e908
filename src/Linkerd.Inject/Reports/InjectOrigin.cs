namespace Linkerd.Inject.Reports;

/// <summary>Who asks: the rules of opting in differ.</summary>
public enum InjectOrigin
{
    /// <summary><c>linkerd inject</c>: only <c>linkerd.io/inject: disabled</c> on the pod template keeps the proxy out.</summary>
    Cli,

    /// <summary>The admission webhook: pod template over namespace, and one of them must say so.</summary>
    Webhook,
}
