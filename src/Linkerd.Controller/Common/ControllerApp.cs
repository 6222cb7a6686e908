namespace Linkerd.Controller.Common;

/// <summary>The multi-call binary <c>linkerd-controller</c>: finds the component that the first argument names and runs it.</summary>
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
    ];

    /// <summary>Runs one component until it fails, the process is asked to end, or <paramref name="cancel"/> is cancelled.</summary>
    /// <returns>0 after a clean end, 64 for arguments that cannot be used, 1 for any other failure.</returns>
    public static async Task<int> RunAsync(string[] args, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(args);
        var name = args.Length == 0 ? "--help" : args[0];
        if (name is "--help" or "-help" or "-h" or "help")
        {
            await Console.Out.WriteAsync(Usage());
            return args.Length == 0 ? ExitCodes.Usage : ExitCodes.Ok;
        }

        if (name is "--version" or "-version" or "version")
        {
            await Console.Out.WriteLineAsync(ControllerVersion.Text);
            return ExitCodes.Ok;
        }

        var component = Components.FirstOrDefault(c => c.Name == name);
        if (component is null)
        {
            await Console.Error.WriteLineAsync($"linkerd-controller: unknown component \"{name}\"; use one of: {string.Join(", ", Components.Select(static c => c.Name))}");
            return ExitCodes.Usage;
        }

        return await ComponentRunner.RunAsync(component, args[1..], cancel);
    }

    private static string Usage()
    {
        var lines = Components.Select(static c => $"  {c.Name,-16} {c.Summary}");
        return $"""
            linkerd-controller {ControllerVersion.Text}: the control plane, one component per process.

            Usage: linkerd-controller COMPONENT [FLAGS]

            Components:
            {string.Join('\n', lines)}

            linkerd-controller COMPONENT --help lists the component's flags.

            """;
    }
}
