using System.Runtime.InteropServices;

namespace Linkerd.Init;

/// <summary>Replaces this process by another program: same process id, environment and open streams.</summary>
internal static unsafe partial class ProcessImage
{
    /// <summary>Returns only when it failed, with the reason.</summary>
    public static string Replace(string path, ReadOnlySpan<string> arguments)
    {
        ReadOnlySpan<string> all = [path, .. arguments];
        var argv = (byte**)NativeMemory.AllocZeroed((nuint)(all.Length + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < all.Length; i++)
            argv[i] = (byte*)Marshal.StringToCoTaskMemUTF8(all[i]);
        // The runtime blocks or ignores signals of its own; a new program starts with none blocked and SIGPIPE ignored only if it says so.
        ResetSignals();
        _ = ExecVp(argv[0], argv);
        return Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
    }

    /// <summary>An ignored signal stays ignored over execve, which a shell or a Go program would not expect of SIGPIPE.</summary>
    private static void ResetSignals()
    {
        const int sigPipe = 13;
        Signal(sigPipe, 0);
        var none = stackalloc byte[128];
        new Span<byte>(none, 128).Clear();
        const int setMask = 2;
        _ = SigProcMask(setMask, none, null);
    }

    [LibraryImport("libc", EntryPoint = "execvp", SetLastError = true)]
    private static partial int ExecVp(byte* file, byte** argv);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Signal(int number, nint handler);

    [LibraryImport("libc", EntryPoint = "sigprocmask")]
    private static partial int SigProcMask(int how, byte* set, byte* old);
}
