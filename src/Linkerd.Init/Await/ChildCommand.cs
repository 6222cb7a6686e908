using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Linkerd.Init.Await;

/// <summary>Runs a command as a child that shares our streams, and passes termination signals on to it.</summary>
internal static partial class ChildCommand
{
    private const int SigInt = 2;
    private const int SigTerm = 15;

    /// <summary>Returns the command's exit code; 127 when it cannot be run.</summary>
    public static int Run(string[] command)
    {
        try
        {
            using var child = Process.Start(new ProcessStartInfo(command[0], command[1..]) { UseShellExecute = false })!;
            using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Forward(context, child.Id, SigTerm));
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Forward(context, child.Id, SigInt));
            child.WaitForExit();
            return child.ExitCode;
        }
        catch (Win32Exception e)
        {
            Console.Error.WriteLine($"cannot run {command[0]}: {e.Message}");
            return 127;
        }
    }

    private static void Forward(PosixSignalContext context, int process, int signal)
    {
        context.Cancel = true;
        _ = Kill(process, signal);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
