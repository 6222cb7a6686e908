using System.Diagnostics;
using System.Globalization;

namespace Linkerd.Local.Runtime;

/// <summary>Runs a further command in a running container: same namespaces, root, user and variables.</summary>
internal static class ContainerExec
{
    /// <summary>The command line that enters the container.</summary>
    public static IReadOnlyList<string> Command(ContainerProcess process, IReadOnlyList<string> command)
    {
        var pid = process.Pid ?? throw new IOException("the container has just ended");
        // Its root is entered anew and not taken from the process, which may still be about to change its own.
        return
        [
            Tool.Path("nsenter"), "--target=" + pid.ToString(CultureInfo.InvariantCulture), "--mount", "--uts", "--ipc", "--net", "--pid", "--",
            .. LaunchScript.Enter(process.Plan, command),
        ];
    }

    /// <summary>Runs without a terminal, copies the streams, and answers the exit code.</summary>
    public static async Task<int> RunAsync(
        ContainerProcess process, IReadOnlyList<string> command, Stream? input, Stream? output, Stream? error, CancellationToken cancel)
    {
        var start = StartInfo(process, Command(process, command));
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var child = Process.Start(start) ?? throw new ToolException("nsenter could not be started");
        using var end = cancel.Register(() => child.Kill(entireProcessTree: true));
        var feeding = FeedAsync(input, child, cancel);
        using var gate = new SemaphoreSlim(1, 1);
        await Task.WhenAll(CopyAsync(child.StandardOutput.BaseStream, output, gate), CopyAsync(child.StandardError.BaseStream, error, gate));
        await child.WaitForExitAsync(CancellationToken.None);
        cancel.ThrowIfCancellationRequested();
        _ = feeding;
        return child.ExitCode;
    }

    /// <summary>How a helper is started in a container's environment.</summary>
    public static ProcessStartInfo StartInfo(ContainerProcess process, IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo(command[0]) { WorkingDirectory = "/" };
        foreach (var word in command.Skip(1))
            start.ArgumentList.Add(word);
        start.Environment.Clear();
        foreach (var (name, value) in process.Plan.Environment)
            start.Environment[name] = value;
        return start;
    }

    private static async Task FeedAsync(Stream? input, Process child, CancellationToken cancel)
    {
        try
        {
            if (input is not null)
            {
                var buffer = new byte[16 * 1024];
                while (await input.ReadAsync(buffer, cancel) is > 0 and var read)
                {
                    await child.StandardInput.BaseStream.WriteAsync(buffer.AsMemory(0, read), cancel);
                    await child.StandardInput.BaseStream.FlushAsync(cancel);
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // The command does not read, or the client went away.
        }
        finally
        {
            try
            {
                child.StandardInput.Close();
            }
            catch (Exception e) when (e is IOException or InvalidOperationException)
            {
                // It has ended already.
            }
        }
    }

    // Both streams may be one object, so writes take turns.
    private static async Task CopyAsync(Stream source, Stream? target, SemaphoreSlim gate)
    {
        var buffer = new byte[16 * 1024];
        while (await source.ReadAsync(buffer) is > 0 and var read)
        {
            if (target is null)
                continue;
            await gate.WaitAsync();
            try
            {
                await target.WriteAsync(buffer.AsMemory(0, read));
                await target.FlushAsync();
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
            {
                target = null;
            }
            finally
            {
                gate.Release();
            }
        }
    }
}
