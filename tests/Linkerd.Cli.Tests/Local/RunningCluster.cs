using System.ComponentModel;
using System.Diagnostics;

namespace Linkerd.Cli.Tests.Local;

/// <summary>An embedded cluster of its own folder, driven as a user drives it: by <c>linkerd local</c> and kubectl. Needs root.</summary>
internal sealed class RunningCluster : IAsyncDisposable
{
    private const string User = "lktest";
    private const int UserId = 4242;

    // From its own output, where it finds the other programs of the build tree.
    private static readonly string s_linkerd = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Linkerd.Cli", "release", "linkerd.dll"));

    private readonly bool _ordinaryUser;

    /// <summary>Not started yet. As an ordinary user, every command runs under an account that exists in a mount namespace only.</summary>
    public RunningCluster(bool ordinaryUser = false)
    {
        _ordinaryUser = ordinaryUser;
        if (ordinaryUser)
            Own(Home);
    }

    /// <summary>The command line of this build.</summary>
    public static string Program => s_linkerd;

    public string Home { get; } = Directory.CreateTempSubdirectory("lkd").FullName;

    /// <summary>Starts it; fails with what the command said.</summary>
    public async Task UpAsync(params string[] flags)
    {
        var (code, text) = await LocalAsync(["up", "--detach", .. flags]);
        Assert.True(code == 0, text);
    }

    public Task<(int Code, string Text)> LocalAsync(params string[] arguments)
    {
        string[] command = ["dotnet", s_linkerd, "local", .. arguments];
        return RunAsync(null, _ordinaryUser ? ["unshare", "--mount", "sh", "-c", AsUser, "sh", .. command] : command);
    }

    /// <summary>What linkerd writes to its standard output and error; fails unless it ends with 0.</summary>
    public async Task<string> LinkerdAsync(string? input, params string[] arguments)
    {
        var (code, text) = await TryLinkerdAsync(input, arguments);
        return code == 0 ? text : throw new InvalidOperationException($"linkerd {string.Join(' ', arguments)} ended with {code}: {text}");
    }

    public Task<(int Code, string Text)> TryLinkerdAsync(string? input, params string[] arguments) => RunAsync(input, ["dotnet", s_linkerd, .. arguments]);

    /// <summary>The same, with its words apart from its manifests.</summary>
    public Task<(int Code, string Output, string Words)> LinkerdApartAsync(string? input, params string[] arguments) => RunApartAsync(input, Home, ["dotnet", s_linkerd, .. arguments]);

    /// <summary>Runs a pipeline of a shell, in which <c>linkerd</c> is this build's; fails unless all of it ends with 0.</summary>
    public async Task<string> ShellAsync(string script)
    {
        var (code, text) = await RunAsync(null, "bash", "-c", $"set -euo pipefail; linkerd() {{ dotnet '{s_linkerd}' \"$@\"; }}; {script}");
        return code == 0 ? text : throw new InvalidOperationException($"{script} ended with {code}: {text}");
    }

    /// <summary>What kubectl writes; fails with what it said.</summary>
    public async Task<string> KubectlAsync(params string[] arguments)
    {
        var (code, text) = await TryKubectlAsync(null, arguments);
        return code == 0 ? text : throw new InvalidOperationException($"kubectl {string.Join(' ', arguments)} ended with {code}: {text}");
    }

    public Task<(int Code, string Text)> TryKubectlAsync(string? input, params string[] arguments) => RunAsync(input, ["kubectl", .. arguments]);

    public async Task ApplyAsync(string yaml)
    {
        var (code, text) = await TryKubectlAsync(yaml, "apply", "-f", "-");
        Assert.True(code == 0, text);
    }

    public Task<(int Code, string Text)> RunAsync(string? input, params string[] command) => RunAsync(input, Home, command);

    /// <summary>Starts a program that is to go on; the caller ends it.</summary>
    public Process Start(params string[] command) => Start(Home, command);

    public static async Task UntilAsync(Func<Task<bool>> condition, string what, int seconds = 90, Func<string>? detail = null)
    {
        var deadline = Environment.TickCount64 + (seconds * 1000L);
        while (!await condition())
        {
            Assert.True(Environment.TickCount64 < deadline, $"{what} did not come in time{detail?.Invoke()}");
            await Task.Delay(50);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await LocalAsync("down");
        Directory.Delete(Home, recursive: true);
    }

    // The account has its own files in /etc, so the machine's accounts stay as they are.
    private static string AsUser => $"""
        set -e
        d=$(mktemp -d)
        for f in passwd group; do cp /etc/$f $d/; echo '{User}:x:{UserId}:{UserId}::/:/bin/sh' >>$d/$f; mount --bind $d/$f /etc/$f; done
        for f in subuid subgid; do [ -e /etc/$f ] || : >/etc/$f; echo '{User}:200000:65536' >$d/$f; mount --bind $d/$f /etc/$f; done
        exec setpriv --reuid={UserId} --regid={UserId} --clear-groups env HOME=$LINKERD_LOCAL_HOME DOTNET_CLI_HOME=$LINKERD_LOCAL_HOME USER={User} LOGNAME={User} "$@"
        """;

    private static void Own(string folder)
    {
        using var chown = Process.Start("chown", [$"{UserId}:{UserId}", folder]);
        chown.WaitForExit();
    }

    private static Process Start(string home, string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["LINKERD_LOCAL_HOME"] = home;
        start.Environment["KUBECONFIG"] = Path.Combine(home, "kubeconfig");
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException($"{command[0]} is missing (kubectl is in the package kubernetes-client)", e);
        }
    }

    private static async Task<(int Code, string Text)> RunAsync(string? input, string home, string[] command)
    {
        var (code, output, error) = await RunApartAsync(input, home, command);
        return (code, output + error);
    }

    private static async Task<(int Code, string Output, string Words)> RunApartAsync(string? input, string home, string[] command)
    {
        using var process = Start(home, command);
        var error = process.StandardError.ReadToEndAsync();
        if (input is not null)
            await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await error);
    }
}
