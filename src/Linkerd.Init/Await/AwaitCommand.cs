using System.Diagnostics;
using Linkerd.Init.Flags;

namespace Linkerd.Init.Await;

/// <summary>linkerd-await: holds a container back until the proxy beside it is ready.</summary>
internal static class AwaitCommand
{
    /// <summary>EX_UNAVAILABLE: the proxy did not become ready in time.</summary>
    public const int Unavailable = 69;

    /// <summary>EX_OSERR: the command cannot be run.</summary>
    public const int CannotRun = 71;

    /// <summary>The proxy is usually ready within milliseconds of its certificate, so the first attempts come quickly.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5);

    public static int Run(string[] args)
    {
        // Flags after -- are the command's own.
        if (args.TakeWhile(a => a != "--").Any(a => a is "-h" or "--help"))
        {
            Console.Out.Write(AwaitOptions.Help());
            return 0;
        }
        if (args is ["-V"] or ["--version"])
        {
            Console.Out.WriteLine($"linkerd-await {typeof(AwaitCommand).Assembly.GetName().Version?.ToString(3)}");
            return 0;
        }
        AwaitOptions options;
        try
        {
            options = AwaitOptions.Parse(args);
        }
        catch (FlagException e)
        {
            Console.Error.WriteLine($"error: {e.Message}");
            return Dispatcher.UsageError;
        }
        var disabled = Disabled();
        if (disabled is not null)
            Say(options, $"not waiting: {disabled}");
        else if (!WaitUntilReady(options) && options.IsTimeoutFatal)
            return Unavailable;
        return options.Command.Length == 0 ? 0 : RunCommand(options, disabled is null);
    }

    /// <summary>Why there is no proxy to wait for; null when there is one.</summary>
    private static string? Disabled() =>
        ((string[])["LINKERD_AWAIT_DISABLED", "LINKERD_DISABLED"]).Select(Environment.GetEnvironmentVariable).FirstOrDefault(v => !string.IsNullOrEmpty(v));

    private static bool WaitUntilReady(AwaitOptions options)
    {
        var admin = new ProxyAdmin(options.Port);
        var started = Stopwatch.GetTimestamp();
        var pause = FirstPause;
        using var never = new ManualResetEvent(false);
        while (true)
        {
            var status = admin.Request("GET", "/ready");
            if (status is >= 200 and < 300)
            {
                Say(options, $"the proxy is ready after {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms");
                return true;
            }
            if (options.Timeout is { } timeout && Stopwatch.GetElapsedTime(started) + pause > timeout)
            {
                Console.Error.WriteLine($"linkerd-proxy failed to become ready within {timeout.TotalSeconds:0.###}s timeout");
                return false;
            }
            Say(options, status == 0 ? $"no answer on port {options.Port}" : $"the proxy answers {status}");
            never.WaitOne(pause);
            pause = pause * 2 < options.Backoff ? pause * 2 : options.Backoff;
        }
    }

    private static int RunCommand(AwaitOptions options, bool hasProxy)
    {
        if (options.Shutdown && hasProxy)
            return ThenShutdown(options);
        var error = ProcessImage.Replace(options.Command[0], options.Command.AsSpan(1));
        Console.Error.WriteLine($"cannot run {options.Command[0]}: {error}");
        return CannotRun;
    }

    /// <summary>Shuts the proxy down whatever the command's outcome, and ends as the command did.</summary>
    private static int ThenShutdown(AwaitOptions options)
    {
        var code = ChildCommand.Run(options.Command);
        var status = new ProxyAdmin(options.Port).Request("POST", "/shutdown");
        if (status is < 200 or >= 300)
            Console.Error.WriteLine($"the proxy did not take the shutdown (status {status}): is config.linkerd.io/proxy-admin-shutdown enabled?");
        return code;
    }

    private static void Say(AwaitOptions options, string text)
    {
        if (options.Verbose)
            Console.Error.WriteLine($"linkerd-await: {text}");
    }
}
