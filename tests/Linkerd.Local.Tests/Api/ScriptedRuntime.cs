using System.Text;
using Linkerd.Local.Api;

namespace Linkerd.Local.Tests.Api;

/// <summary>A pod runtime that echoes: enough to see every byte of the protocols.</summary>
internal sealed class ScriptedRuntime : IPodRuntime
{
    public PodExecRequest? LastExec { get; private set; }

    public async Task WriteLogsAsync(PodLogRequest request, Stream output, CancellationToken cancellation) =>
        await output.WriteAsync(Encoding.UTF8.GetBytes($"{request.Pod} {request.Container} tail={request.TailLines} follow={request.Follow}\n"), cancellation);

    public async Task<int> ExecAsync(PodExecRequest request, CancellationToken cancellation)
    {
        LastExec = request;
        if (request.Command[0] == "missing") throw new PodRuntimeException("executable file not found: missing");
        if (request.Stdin is not null && request.Stdout is not null) await request.Stdin.CopyToAsync(request.Stdout, cancellation);
        if (request.Stdout is not null) await request.Stdout.WriteAsync(Encoding.UTF8.GetBytes(string.Join(' ', request.Command)), cancellation);
        if (request.Stderr is not null) await request.Stderr.WriteAsync("to stderr"u8.ToArray(), cancellation);
        return request.Command is ["exit", var code] ? int.Parse(code) : 0;
    }

    public Task AttachAsync(PodExecRequest request, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Where the ports of pods really are; others have no listener.</summary>
    public Dictionary<int, System.Net.IPEndPoint> Ports { get; } = [];

    public async Task<Stream> DialAsync(PodReference pod, int port, CancellationToken cancellation)
    {
        if (!Ports.TryGetValue(port, out var address)) throw new PodRuntimeException($"nothing listens on {port}");
        var socket = new System.Net.Sockets.Socket(address.AddressFamily, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        await socket.ConnectAsync(address, cancellation);
        return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
    }
}
