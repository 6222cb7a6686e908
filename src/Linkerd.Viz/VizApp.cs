namespace Linkerd.Viz;

/// <summary>The multi-call binary <c>linkerd-viz</c>: the components of the Viz extension.</summary>
public static class VizApp
{
    /// <summary>Every component, in the order of the help.</summary>
    internal static IReadOnlyList<IComponent> Components { get; } =
    [
        new MetricsApi.MetricsApiComponent(),
        new Tap.TapComponent(),
        new TapInjector.TapInjectorComponent(),
        new Web.WebComponent(),
    ];

    /// <summary>Runs one component until it fails, the process is asked to end, or <paramref name="cancel"/> is cancelled.</summary>
    /// <returns>0 after a clean end, 64 for arguments that cannot be used, 1 for any other failure.</returns>
    public static Task<int> RunAsync(string[] args, CancellationToken cancel) =>
        new MultiCallApp("linkerd-viz", "what happens in the mesh", Components).RunAsync(args, cancel);
}
