using Linkerd.Inject.Transforms;

namespace Linkerd.Cli.Commands.Inject;

/// <summary>Writes the outcome of a transform: manifests to stdout, then the report to stderr.</summary>
internal static class TransformOutput
{
    public static async Task<int> WriteAsync(TransformResult result, ITerminal terminal)
    {
        if (result.Errors.Count != 0)
        {
            await terminal.Error.WriteLineAsync(result.ErrorText);
            return ExitCodes.Failure;
        }

        await terminal.Out.WriteAsync(result.Output);
        await terminal.Out.FlushAsync();
        await terminal.Error.WriteAsync(result.Report);
        return ExitCodes.Success;
    }
}
