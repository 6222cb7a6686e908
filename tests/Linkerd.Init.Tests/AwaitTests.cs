using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Linkerd.Init.Tests;

/// <summary>linkerd-await against an admin server that answers by script.</summary>
public sealed class AwaitTests : IDisposable
{
    private readonly TcpListener _admin = new(IPAddress.Loopback, 0);
    private readonly List<string> _requests = [];
    private readonly Task _serving;
    private int _unreadyAnswers;

    public AwaitTests()
    {
        _admin.Start();
        _serving = ServeAsync();
    }

    private string Port => ((IPEndPoint)_admin.LocalEndpoint).Port.ToString();

    public void Dispose()
    {
        _admin.Stop();
        _serving.GetAwaiter().GetResult();
        _admin.Dispose();
    }

    [Fact]
    public void Returns_once_the_proxy_is_ready()
    {
        _unreadyAnswers = 3;

        Assert.Equal(0, Await("--timeout=30s", $"--port={Port}").Code);

        Assert.Equal(4, _requests.Count);
        Assert.All(_requests, r => Assert.StartsWith("GET /ready HTTP/1.1", r, StringComparison.Ordinal));
    }

    [Fact]
    public void Gives_up_after_the_timeout()
    {
        _unreadyAnswers = int.MaxValue;

        var (code, output) = Await("--timeout", "200ms", "-p", Port, "--backoff", "10ms");

        Assert.Equal(69, code);
        Assert.Contains("failed to become ready within 0.2s timeout", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_the_command_when_ready()
    {
        var (code, output) = Await("-p", Port, "--verbose", "--", "sh", "-c", "echo ran; exit 3");

        Assert.Equal(3, code);
        Assert.Contains("ran", output, StringComparison.Ordinal);
        Assert.Contains("linkerd-await: the proxy is ready", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Shuts_the_proxy_down_after_the_command()
    {
        var (code, output) = Await("-p", Port, "--shutdown", "--", "sh", "-c", "echo ran; exit 4");

        Assert.Equal(4, code);
        Assert.Contains("ran", output, StringComparison.Ordinal);
        Assert.StartsWith("POST /shutdown HTTP/1.1", _requests[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Is_switched_off_by_the_environment()
    {
        var (code, _) = Shell.Try("env", "LINKERD_DISABLED=no proxy here", "dotnet", InitBinary.Path, "await", "-p", Port, "--", "true");

        Assert.Equal(0, code);
        Assert.Empty(_requests);
    }

    [Fact]
    public void Shutdown_needs_a_command() => Assert.Equal(64, Await("--shutdown").Code);

    private static (int Code, string Output) Await(params string[] args) => Shell.Try(["dotnet", InitBinary.Path, "await", .. args]);

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _admin.AcceptTcpClientAsync();
                var stream = client.GetStream();
                var buffer = new byte[4096];
                var read = 0;
                while (!Encoding.ASCII.GetString(buffer, 0, read).Contains("\r\n\r\n", StringComparison.Ordinal))
                    read += await stream.ReadAsync(buffer.AsMemory(read));
                _requests.Add(Encoding.ASCII.GetString(buffer, 0, read));
                var status = _unreadyAnswers-- > 0 ? "503 Service Unavailable" : "200 OK";
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The listener was stopped: the test has ended.
        }
    }
}
