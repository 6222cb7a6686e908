using System.Net.Sockets;
using System.Runtime.InteropServices;
using Linkerd.Init.Flags;
using Linkerd.Init.Logging;
using Linkerd.Kubernetes;

namespace Linkerd.Init.Cni.Repair;

/// <summary>linkerd-cni-repair-controller.</summary>
internal static class RepairCommand
{
    public static int Run(string[] args)
    {
        if (args.Any(static a => a is "-h" or "--help"))
        {
            Console.Out.Write(RepairOptions.Help());
            return 0;
        }
        var log = new InitLog(Console.Error, TimeProvider.System);
        try
        {
            var options = RepairOptions.Parse(args, Environment.GetEnvironmentVariable);
            log.SetFormat(options.LogFormat);
            if (!log.TrySetLevel(options.LogLevel))
                throw new FlagException($"not a valid log level: \"{options.LogLevel}\"; use debug, info, warn or error");
            return RunAsync(options, log).GetAwaiter().GetResult();
        }
        catch (FlagException e)
        {
            Console.Error.WriteLine($"Error: {e.Message}");
            return Dispatcher.UsageError;
        }
        catch (Exception e) when (e is KubeConfigException or SocketException)
        {
            log.Error(e.Message);
            return 1;
        }
    }

    private static async Task<int> RunAsync(RepairOptions options, InitLog log)
    {
        using var stop = new CancellationTokenSource();
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var client = new KubernetesClient(KubernetesConfig.Load() with { UserAgent = "linkerd-cni-repair-controller" });
        var metrics = new RepairMetrics();
        await using var controller = new RepairController(client, options, log, metrics, TimeProvider.System);
        using var admin = new AdminListener(options.AdminAddress, path => Answer(path, controller, metrics));
        log.Info($"following the meshed pods of node {options.NodeName}; admin on {admin.Address}");
        try
        {
            await Task.WhenAll(controller.RunAsync(stop.Token), admin.RunAsync(stop.Token));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            log.Info("ending");
        }
        return 0;

        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    private static (int Status, string Body) Answer(string path, RepairController controller, RepairMetrics metrics) => path switch
    {
        "/live" => (200, "live\n"),
        "/ready" => controller.IsReady ? (200, "ready\n") : (503, "the pods of the node are not known yet\n"),
        "/metrics" => (200, metrics.Text()),
        _ => (404, "not found\n"),
    };
}
