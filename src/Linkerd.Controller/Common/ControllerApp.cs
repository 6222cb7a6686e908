namespace Linkerd.Controller.Common;

/// <summary>The multi-call binary <c>linkerd-controller</c>: the components of the control plane.</summary>
public static class ControllerApp
{
    /// <summary>Every component, in the order of the help.</summary>
    internal static IReadOnlyList<IComponent> Components { get; } =
    [
        new Identity.IdentityComponent(),
        new Destination.DestinationComponent(),
        new Policy.PolicyComponent(),
        new Injector.ProxyInjectorComponent(),
        new SpValidator.SpValidatorComponent(),
        new Heartbeat.HeartbeatComponent(),
    ];

    /// <summary>Runs one component until it fails, the process is asked to end, or <paramref name="cancel"/> is cancelled.</summary>
    /// <returns>0 after a clean end, 64 for arguments that cannot be used, 1 for any other failure.</returns>
    public static Task<int> RunAsync(string[] args, CancellationToken cancel) =>
        new MultiCallApp("linkerd-controller", "the control plane", Components).RunAsync(args, cancel);
}
