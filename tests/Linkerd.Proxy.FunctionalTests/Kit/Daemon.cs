using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>A server program in a pod; killed when disposed.</summary>
internal sealed class Daemon : IAsyncDisposable
{
    private readonly Process _process;

    private Daemon(Process process)
    {
        _process = process;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public static Daemon Start(Pod pod, params string[] line) => new(Shell.Start(pod.Namespace.Command(line)));

    /// <summary>Waits until its port takes connections from inside the pod.</summary>
    public async Task WhenListeningAsync(Pod pod, int port)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            try
            {
                using var probe = await pod.Namespace.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), deadline.Token);
                return;
            }
            catch (SocketException) when (!_process.HasExited)
            {
                await Task.Delay(10, deadline.Token);
            }
        }
    }

    /// <summary>Asks it to stop and waits.</summary>
    public async Task StopAsync()
    {
        await Shell.TryAsync("kill", "-INT", $"{_process.Id}");
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await _process.WaitForExitAsync(deadline.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
