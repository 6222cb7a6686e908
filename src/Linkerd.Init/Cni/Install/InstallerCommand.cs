using System.Runtime.InteropServices;
using System.Threading.Channels;
using Linkerd.Init.Flags;
using Linkerd.Init.Logging;

namespace Linkerd.Init.Cni.Install;

/// <summary>linkerd-cni-install: installs, watches and repairs until SIGTERM, then removes.</summary>
internal static class InstallerCommand
{
    private const string Ready = "--ready";

    /// <summary>How long a change that no watch told stays unseen.</summary>
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(10);

    public static int Run(string[] args)
    {
        if (args.Any(static a => a is "-h" or "--help"))
        {
            Console.Out.WriteLine($"""
                linkerd-cni-install puts the CNI plugin on this node and keeps it there until it is told to end.

                Usage:
                  linkerd-cni-install            install, watch, repair; remove the plugin from the configuration at SIGTERM
                  linkerd-cni-install {Ready}    exit with 0 when the plugin is in place, else with 1

                It is configured by the environment: see docs/reference/cni.md.
                """);
            return 0;
        }
        var log = new InitLog(Console.Error, TimeProvider.System);
        try
        {
            var installer = new CniInstaller(InstallerOptions.Read(Environment.GetEnvironmentVariable), log);
            if (args is [Ready])
                return IsReady(installer) ? 0 : 1;
            if (args.Length != 0)
                throw new FlagException($"unknown argument \"{args[0]}\"");
            return RunAsync(installer, log).GetAwaiter().GetResult();
        }
        catch (FlagException e)
        {
            Console.Error.WriteLine($"Error: {e.Message}");
            return Dispatcher.UsageError;
        }
    }

    private static bool IsReady(CniInstaller installer)
    {
        try
        {
            return installer.IsInstalled();
        }
        catch (IOException)
        {
            // A file that went between list and read: the next probe knows more.
            return false;
        }
    }

    private static async Task<int> RunAsync(CniInstaller installer, InitLog log)
    {
        var options = InstallerOptions.Read(Environment.GetEnvironmentVariable);
        using var stop = new CancellationTokenSource();
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        var changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        installer.Reconcile();
        using var net = Watch(options.MountedNet);
        using var bin = Watch(options.MountedBin);
        using var account = Watch(options.ServiceAccountFolder);
        log.Info("watching the CNI configuration of this node");
        while (!stop.IsCancellationRequested)
        {
            await WaitAsync(changes.Reader, stop.Token);
            if (!stop.IsCancellationRequested)
                installer.Reconcile();
        }
        installer.Remove();
        log.Info("removed the plugin from the CNI configuration of this node");
        return 0;

        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }

        FileSystemWatcher? Watch(string folder)
        {
            if (!Directory.Exists(folder))
                return null;
            var watcher = new FileSystemWatcher(folder) { NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite | NotifyFilters.DirectoryName };
            watcher.Changed += (_, _) => changes.Writer.TryWrite(true);
            watcher.Created += (_, _) => changes.Writer.TryWrite(true);
            watcher.Deleted += (_, _) => changes.Writer.TryWrite(true);
            watcher.Renamed += (_, _) => changes.Writer.TryWrite(true);
            try
            {
                watcher.EnableRaisingEvents = true;
                return watcher;
            }
            catch (IOException e)
            {
                // The node has no inotify instance left: changes are seen with the next look.
                log.Warn($"cannot watch {folder}, looking every {s_interval.TotalSeconds:0} s: {e.Message}");
                watcher.Dispose();
                return null;
            }
        }
    }

    private static async Task WaitAsync(ChannelReader<bool> changes, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(s_interval);
        try
        {
            await changes.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            // Time to look again, or to end; the caller knows which.
        }
    }
}
