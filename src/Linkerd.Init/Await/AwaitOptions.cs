using Linkerd.Init.Flags;

namespace Linkerd.Init.Await;

/// <summary>The command line of linkerd-await.</summary>
internal sealed class AwaitOptions
{
    /// <summary>Admin port of the proxy.</summary>
    public int Port { get; private set; } = 4191;

    /// <summary>How long to wait; null is for ever, and so is zero on the command line.</summary>
    public TimeSpan? Timeout { get; private set; }

    /// <summary>Whether the command is not run when the time is over.</summary>
    public bool IsTimeoutFatal { get; private set; } = true;

    /// <summary>Longest pause between two attempts.</summary>
    public TimeSpan Backoff { get; private set; } = TimeSpan.FromSeconds(1);

    /// <summary>Shuts the proxy down when the command has ended, so that a Job can complete.</summary>
    public bool Shutdown { get; private set; }

    public bool Verbose { get; private set; } = Environment.GetEnvironmentVariable("LINKERD_AWAIT_VERBOSE") is { Length: > 0 } text && FlagSet.IsTrue(text) != false;

    /// <summary>What to run once the proxy is ready.</summary>
    public string[] Command { get; private set; } = [];

    /// <exception cref="FlagException">The command line is wrong.</exception>
    public static AwaitOptions Parse(string[] args)
    {
        var options = new AwaitOptions();
        options.Command = options.Flags().Parse(args);
        if (options.Port is <= 0 or > 65535)
            throw new FlagException("--port must be a valid TCP port number");
        if (options is { Shutdown: true, Command: [] })
            throw new FlagException("--shutdown needs a command after --");
        if (options is { IsTimeoutFatal: false, Command: [] })
            throw new FlagException("--timeout-fatal needs a command after --");
        return options;
    }

    public static string Help() => new AwaitOptions().Flags().Help();

    private FlagSet Flags() => new FlagSet("linkerd-await", "Waits until the proxy is ready, then runs a command, if one is given after --.")
        .Number("port", 'p', "Admin port of the proxy (default 4191)", v => Port = v)
        .Duration("timeout", 't', "Give up after this time, with exit code 69 (default: never)", v => Timeout = v == TimeSpan.Zero ? null : v)
        .Switch("timeout-fatal", '\0', "Whether a timeout keeps the command from running (default true)", v => IsTimeoutFatal = v)
        .Duration("backoff", 'b', "Longest pause between attempts (default 1s)", v => Backoff = v)
        .Switch("shutdown", 'S', "Shut the proxy down when the command has ended", v => Shutdown = v)
        .Switch("verbose", 'v', "Say what happens [LINKERD_AWAIT_VERBOSE]", v => Verbose = v);
}
