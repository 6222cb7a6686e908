using System.Diagnostics;
using System.Runtime.InteropServices;
using Linkerd.Local.Api;
using Microsoft.Win32.SafeHandles;

namespace Linkerd.Local.Runtime;

/// <summary>Runs a command of <c>exec -t</c> on a terminal of its own.</summary>
internal static partial class PseudoTerminal
{
    private const int ReadWrite = 2;
    private const int NoControllingTerminal = 0x100;
    private const int CloseOnExec = 0x80000;
    private const nuint SetWindowSize = 0x5414;

    public static async Task<int> RunAsync(ContainerProcess process, PodExecRequest request, CancellationToken cancel)
    {
        using var master = Open(out var name);
        var inner = ContainerExec.Command(process, request.Command);
        // setsid takes the terminal over as the controlling one, so that ^C and window sizes reach the command.
        var script = $"exec {Tool.Path("setsid")} --wait --ctty {ShellText.Quote(inner)} <{name} >{name} 2>&1";
        var start = ContainerExec.StartInfo(process, ["/bin/sh", "-c", script]);
        start.Environment.TryAdd("TERM", "xterm");
        using var child = Process.Start(start) ?? throw new ToolException("sh could not be started");
        using var end = cancel.Register(() => child.Kill(entireProcessTree: true));
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        _ = ResizeAsync(master, request, over.Token);
        _ = FeedAsync(master, request.Stdin, over.Token);
        var output = CopyAsync(master, request.Stdout);
        await child.WaitForExitAsync(CancellationToken.None);
        await output;
        await over.CancelAsync();
        cancel.ThrowIfCancellationRequested();
        return child.ExitCode;
    }

    private static SafeFileHandle Open(out string name)
    {
        var descriptor = OpenMaster(ReadWrite | NoControllingTerminal | CloseOnExec);
        var buffer = new byte[128];
        if (descriptor < 0 || Grant(descriptor) != 0 || Unlock(descriptor) != 0 || SlaveName(descriptor, buffer, (nuint)buffer.Length) != 0)
            throw new IOException($"no terminal: {Native.LastError()}");
        name = System.Text.Encoding.ASCII.GetString(buffer.AsSpan(0, buffer.AsSpan().IndexOf((byte)0)));
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    private static async Task ResizeAsync(SafeFileHandle master, PodExecRequest request, CancellationToken over)
    {
        if (request.Resizes is not { } sizes)
            return;
        try
        {
            await foreach (var size in sizes.ReadAllAsync(over))
            {
                var window = new WindowSize { Rows = size.Height, Columns = size.Width };
                _ = Control((int)master.DangerousGetHandle(), SetWindowSize, ref window);
            }
        }
        catch (OperationCanceledException)
        {
            // The command ended.
        }
    }

    private static async Task FeedAsync(SafeFileHandle master, Stream? input, CancellationToken over)
    {
        if (input is null)
            return;
        var buffer = new byte[4096];
        try
        {
            while (await input.ReadAsync(buffer, over) is > 0 and var read)
                _ = Write((int)master.DangerousGetHandle(), buffer, (nuint)read);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The client or the command went away.
        }
    }

    // Reading a terminal blocks and ends with an error once the last of its users is gone: a thread of its own waits for that.
    private static Task CopyAsync(SafeFileHandle master, Stream? output) => Task.Factory.StartNew(
        () =>
        {
            var buffer = new byte[16 * 1024];
            var descriptor = (int)master.DangerousGetHandle();
            while (Read(descriptor, buffer, (nuint)buffer.Length) is > 0 and var read)
            {
                // Servers forbid synchronous writes; this thread has nothing else to do.
                if (output is not null)
                    WriteAsync(output, buffer.AsMemory(0, (int)read)).GetAwaiter().GetResult();
            }
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static async Task WriteAsync(Stream output, ReadOnlyMemory<byte> bytes)
    {
        await output.WriteAsync(bytes);
        await output.FlushAsync();
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct WindowSize
    {
        public ushort Rows;
        public ushort Columns;
        public ushort PixelWidth;
        public ushort PixelHeight;
    }

    [LibraryImport("libc", EntryPoint = "posix_openpt", SetLastError = true)]
    private static partial int OpenMaster(int flags);

    [LibraryImport("libc", EntryPoint = "grantpt", SetLastError = true)]
    private static partial int Grant(int descriptor);

    [LibraryImport("libc", EntryPoint = "unlockpt", SetLastError = true)]
    private static partial int Unlock(int descriptor);

    [LibraryImport("libc", EntryPoint = "ptsname_r", SetLastError = true)]
    private static partial int SlaveName(int descriptor, byte[] buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(int descriptor, nuint request, ref WindowSize size);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int descriptor, byte[] buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, byte[] buffer, nuint length);
}
