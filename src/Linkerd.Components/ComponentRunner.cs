using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace Linkerd.Components;

/// <summary>Parses flags, sets up the log, runs a component, and turns how it ended into an exit code.</summary>
internal static partial class ComponentRunner
{
    public static async Task<int> RunAsync(string program, IComponent component, IReadOnlyList<string> args, CancellationToken cancel)
    {
        var flags = new FlagSet();
        component.Declare(flags);
        flags.Add("kubeconfig", "", "kubeconfig to use outside of a cluster; default: the pod's service account, else KUBECONFIG, else ~/.kube/config");
        flags.Add("log-level", "info", "least severe messages to write: trace, debug, info, warn, error or off");
        flags.Add("log-format", "plain", "plain or json");
        if (args.Any(static a => a is "--help" or "-help" or "-h"))
        {
            await Console.Out.WriteAsync($"{program} {component.Name}: {component.Summary}\n\n{component.Description.Trim()}\n\nFlags (one dash or two):\n{flags.Help()}");
            return ExitCodes.Ok;
        }

        try
        {
            flags.Parse(args);
            using var logs = LogSetup.Create(flags);
            return await ServeAsync(component, new ComponentContext(program, flags, logs, TimeProvider.System), cancel);
        }
        catch (UsageException e)
        {
            await Console.Error.WriteLineAsync($"{program} {component.Name}: {e.Message}");
            return ExitCodes.Usage;
        }
    }

    private static async Task<int> ServeAsync(IComponent component, ComponentContext context, CancellationToken cancel)
    {
        var log = context.Logs.CreateLogger(component.Name);
        ProcessGauges.Register(context.Metrics, context.Time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, s => Stop(s, stop));
        using var memory = IdleMemory.Start(context.Time);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, s => Stop(s, stop));
        try
        {
            Starting(log, context.Program, BuildVersion.Text);
            await component.RunAsync(context, stop.Token);
            Ended(log);
            return ExitCodes.Ok;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Ended(log);
            return ExitCodes.Ok;
        }
        catch (Exception e) when (e is not UsageException)
        {
            // Last line of defence: whatever ended the component must be in the log before the process goes.
            Failed(log, e.Message, e);
            return ExitCodes.Failed;
        }
    }

    private static void Stop(PosixSignalContext signal, CancellationTokenSource stop)
    {
        signal.Cancel = true;
        stop.Cancel();
    }

    [LoggerMessage(1, LogLevel.Information, "starting {Program} {Version}")]
    private static partial void Starting(ILogger log, string program, string version);

    [LoggerMessage(2, LogLevel.Information, "shutting down")]
    private static partial void Ended(ILogger log);

    [LoggerMessage(3, LogLevel.Critical, "failed: {Reason}")]
    private static partial void Failed(ILogger log, string reason, Exception e);
}
