namespace Linkerd.Components;

/// <summary>A binary of several components: finds the one that the first argument names and runs it.</summary>
/// <param name="program">Name of the binary.</param>
/// <param name="purpose">What it is, for the help.</param>
/// <param name="components">Every component, in the order of the help.</param>
internal sealed class MultiCallApp(string program, string purpose, IReadOnlyList<IComponent> components)
{
    /// <summary>Runs one component until it fails, the process is asked to end, or <paramref name="cancel"/> is cancelled.</summary>
    /// <returns>0 after a clean end, 64 for arguments that cannot be used, 1 for any other failure.</returns>
    public async Task<int> RunAsync(string[] args, CancellationToken cancel)
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
            await Console.Out.WriteLineAsync(BuildVersion.Text);
            return ExitCodes.Ok;
        }

        var component = components.FirstOrDefault(c => c.Name == name);
        if (component is null)
        {
            await Console.Error.WriteLineAsync($"{program}: unknown component \"{name}\"; use one of: {string.Join(", ", components.Select(static c => c.Name))}");
            return ExitCodes.Usage;
        }

        return await ComponentRunner.RunAsync(program, component, args[1..], cancel);
    }

    private string Usage()
    {
        var lines = components.Select(static c => $"  {c.Name,-16} {c.Summary}");
        return $"""
            {program} {BuildVersion.Text}: {purpose}, one component per process.

            Usage: {program} COMPONENT [FLAGS]

            Components:
            {string.Join('\n', lines)}

            {program} COMPONENT --help lists the component's flags.

            """;
    }
}
