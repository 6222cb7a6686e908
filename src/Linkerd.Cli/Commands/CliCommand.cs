using System.CommandLine;
using System.Security.Cryptography;
using Linkerd.Charts;
using Linkerd.Inject;
using Linkerd.Kubernetes;
using Linkerd.Stats;

namespace Linkerd.Cli.Commands;

/// <summary>A command that does something: it runs <see cref="RunAsync"/> and turns what fails into one line on stderr and an exit code.</summary>
public abstract class CliCommand : Command
{
    private readonly ITerminal _terminal;

    /// <summary>Creates the command with its one-line description.</summary>
    protected CliCommand(string name, string description, ITerminal terminal)
        : base(name, description)
    {
        _terminal = terminal;
        SetAction(InvokeAsync);
    }

    /// <summary>Where this command reads and writes.</summary>
    protected ITerminal Terminal => _terminal;

    /// <summary>Does the work.</summary>
    /// <returns>An exit code of <see cref="ExitCodes"/>.</returns>
    protected abstract Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken);

    private async Task<int> InvokeAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync(arguments, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
        catch (Exception e) when (!arguments.GetValue(GlobalOptions.Verbose) && IsExpected(e))
        {
            await _terminal.Error.WriteLineAsync(e.Message);
            return ExitCodes.Failure;
        }
        catch (Exception e) when (IsExpected(e))
        {
            await _terminal.Error.WriteLineAsync(e.ToString());
            return ExitCodes.Failure;
        }
    }

    /// <summary>Failures whose message already is for the user. Anything else is our defect, and its trace is what a report needs.</summary>
    private static bool IsExpected(Exception e) =>
        e is CliException or ChartException or KubernetesException or KubeConfigException or MetricsSourceException or InjectException or ArgumentException or FormatException or InvalidDataException
            or IOException or HttpRequestException or UnauthorizedAccessException or CryptographicException;
}
