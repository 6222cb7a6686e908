using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Linkerd.Init.Await;

/// <summary>Runs a command as a child that shares our streams, and passes termination signals on to it.</summary>
internal static partial class ChildCommand
{
    // What a kubelet, a terminal or an operator ends a program with, or makes it reload by.
    private static readonly (PosixSignal Signal, int Number)[] Forwarded = [(PosixSignal.SIGTERM, 15), (PosixSignal.SIGINT, 2), (PosixSignal.SIGQUIT, 3), (PosixSignal.SIGHUP, 1)];

    /// <summary>Returns the command's exit code, 128 and the signal's number when a signal ended it, or <see cref="AwaitCommand.CannotRun"/>.</summary>
    public static int Run(string[] command)
    {
        // Signals that come before there is a child are kept for it: the proxy must be shut down whatever happens.
        var relay = new SignalRelay();
        var registrations = Forwarded.Select(s => PosixSignalRegistration.Create(s.Signal, context =>
        {
            context.Cancel = true;
            relay.Send(s.Number);
        })).ToArray();
        try
        {
            using var child = Process.Start(new ProcessStartInfo(command[0], command[1..]) { UseShellExecute = false })!;
            relay.Begin(child.Id);
            child.WaitForExit();
            return child.ExitCode;
        }
        catch (Win32Exception e)
        {
            Console.Error.WriteLine($"cannot run {command[0]}: {e.Message}");
            return AwaitCommand.CannotRun;
        }
        finally
        {
            foreach (var registration in registrations)
                registration.Dispose();
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    private sealed class SignalRelay
    {
        private readonly List<int> _early = [];
        private int _process;

        public void Begin(int process)
        {
            lock (_early)
            {
                _process = process;
                foreach (var signal in _early)
                    _ = Kill(process, signal);
            }
        }

        public void Send(int signal)
        {
            lock (_early)
            {
                if (_process == 0)
                    _early.Add(signal);
                else
                    _ = Kill(_process, signal);
            }
        }
    }
}
