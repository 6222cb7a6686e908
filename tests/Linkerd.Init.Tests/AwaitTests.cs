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

    [Theory]
    [InlineData("LINKERD_DISABLED")]
    [InlineData("LINKERD_AWAIT_DISABLED")]
    public void Is_switched_off_by_the_environment(string variable)
    {
        var (code, output) = Shell.Try("env", $"{variable}=no proxy here", "LINKERD_AWAIT_VERBOSE=true", "dotnet", InitBinary.Path, "await", "-p", Port, "-S", "--", "sh", "-c", "exit 5");

        Assert.Equal(5, code);
        Assert.Contains("not waiting: no proxy here", output, StringComparison.Ordinal);
        Assert.Empty(_requests);
    }

    [Fact]
    public void A_timeout_that_is_not_fatal_runs_the_command()
    {
        _unreadyAnswers = int.MaxValue;

        var (code, output) = Await("-t", "200ms", "--timeout-fatal=false", "-p", Port, "--backoff", "10ms", "--", "sh", "-c", "echo ran; exit 6");

        Assert.Equal(6, code);
        Assert.Contains("failed to become ready within 0.2s timeout", output, StringComparison.Ordinal);
        Assert.Contains("ran", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-S")]
    [InlineData("--timeout=0")]
    public void A_command_that_cannot_be_run_is_an_error_of_the_system(string flag)
    {
        var (code, output) = Await("-p", Port, flag, "--", "/no/such/program");

        Assert.Equal(71, code);
        Assert.Contains("cannot run /no/such/program", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TERM", 15)]
    [InlineData("HUP", 1)]
    public void Signals_reach_the_command_before_the_proxy_is_shut_down(string signal, int number)
    {
        // The command says that it runs; then the wrapper, not the command, gets the signal.
        const string script = """
            "$@" > "$OUT" 2>&1 &
            until grep -q running "$OUT"; do :; done
            kill -"$SIGNAL" $!
            wait $!
            code=$?
            cat "$OUT"
            exit $code
            """;
        var output = Path.GetTempFileName();
        try
        {
            var (code, text) = Shell.Try("env", $"OUT={output}", $"SIGNAL={signal}", "bash", "-c", script, "sh", "dotnet", InitBinary.Path, "await", "-p", Port, "-S", "--",
                "bash", "-c", $"trap 'echo got {number}; exit 40' {signal}; echo running; while :; do sleep 0.05; done");

            Assert.True(code == 40, text);
            Assert.Contains($"got {number}", text, StringComparison.Ordinal);
            Assert.StartsWith("POST /shutdown HTTP/1.1", _requests[^1], StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(output);
        }
    }

    [Fact]
    public void A_command_that_a_signal_ends_still_shuts_the_proxy_down()
    {
        Assert.Equal(128 + 9, Await("-p", Port, "-S", "--", "sh", "-c", "kill -9 $$").Code);
        Assert.StartsWith("POST /shutdown HTTP/1.1", _requests[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--timeout-fatal=false")]
    [InlineData("--timeout=soon")]
    [InlineData("--backoff=-1s")]
    [InlineData("--port=0")]
    [InlineData("--port=65536")]
    [InlineData("--uri=http://localhost")]
    public void Flags_that_make_no_sense_are_refused(string flag) => Assert.Equal(64, Await(flag).Code);

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
