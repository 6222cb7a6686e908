using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Linkerd.Http.Tests;

/// <summary>Clients that are not ours, over loopback, against an echo on blocking sockets: one thread and one session per connection.</summary>
public sealed class ForeignPeerTests : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Lock _lock = new();
    private readonly List<Socket> _sockets = [];

    public ForeignPeerTests()
    {
        _listener.Start();
        new Thread(Accept) { IsBackground = true }.Start();
    }

    private string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    [Theory]
    [InlineData("--http1.1")]
    [InlineData("--http1.0")]
    [InlineData("--http2-prior-knowledge")]
    public async Task Curl_gets_its_body_back(string version)
    {
        string body = new('x', 200_000);
        string path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, body);
            Assert.Equal(body, await Run("curl", "-sS", "--max-time", "20", version, "--data-binary", "@" + path, Url + "/echo"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Nghttp_gets_an_answer() => Assert.Contains("200", await Run("nghttp", "-ns", "-m", "20", Url + "/"));

    [Theory]
    [InlineData("")]
    [InlineData("--h1")]
    public async Task H2load_completes_every_request(string version)
    {
        string[] arguments = ["-n", "5000", "-c", "4", "-m", version.Length == 0 ? "20" : "1", Url + "/"];
        string report = await Run("h2load", version.Length == 0 ? arguments : [version, .. arguments]);
        Assert.Contains("5000 succeeded, 0 failed, 0 errored", report);
    }

    public void Dispose()
    {
        _listener.Stop();
        lock (_lock) _sockets.ForEach(static s => s.Dispose());
    }

    private static async Task<string> Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string text = await process.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(40));
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(10));
        Assert.True(process.ExitCode == 0, await errors);
        return text;
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                Socket socket = _listener.AcceptSocket();
                lock (_lock) _sockets.Add(socket);
                new Thread(() => Serve(socket)) { IsBackground = true }.Start();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
        }
    }

    private static void Serve(Socket socket)
    {
        try
        {
            var output = new MemoryOutput();
            var owner = new RecordingOwner();
            var buffer = new byte[256 * 1024];
            int used = socket.Receive(buffer);
            HttpSession session = buffer.AsSpan(0, used).StartsWith("PRI"u8)
                ? new Http2ServerSession(new HttpResources(), Http2Limits.Default, output, owner, new Echo())
                : new Http1ServerSession(new HttpResources(), Http1Limits.Default, output, owner, new Echo());
            session.Start();
            while (used > 0)
            {
                int taken = session.Receive(buffer.AsSpan(0, used));
                buffer.AsSpan(taken, used - taken).CopyTo(buffer);
                used -= taken;
                while (output.Bytes.Length > 0)
                {
                    output.Skip(socket.Send(output.Bytes));
                    session.OnOutputDrained();
                }

                if (owner.IsFinished) break;
                int read = socket.Receive(buffer.AsSpan(used));
                if (read == 0) break;
                used += read;
            }

            session.OnConnectionLost(HttpFault.Lost("the client left"));
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    private sealed class Echo : IHttpServer, IHttpStreamHandler
    {
        public IHttpStreamHandler OnStream(HttpStream stream) => this;

        public void OnInformational(HttpStream stream, HeaderBlock head)
        {
        }

        public void OnHead(HttpStream stream, HeaderBlock head, bool end)
        {
            if (head.Contains(KnownHeader.Expect)) stream.SendInformational(new HeaderBlock { Status = 100 });
            stream.SendHead(new HeaderBlock { Status = 200 }, end);
        }

        public void OnData(HttpStream stream, ReadOnlySpan<byte> data, bool end)
        {
            int sent = stream.SendData(data, end);
            if (!stream.IsClosed) stream.Consumed(sent);
        }

        public void OnTrailers(HttpStream stream, HeaderBlock trailers) => stream.SendTrailers(trailers);

        public void OnSent(HttpStream stream, int count) => stream.Consumed(count);

        public void OnReset(HttpStream stream, in HttpFault fault)
        {
        }

        public void OnClosed(HttpStream stream)
        {
        }
    }
}
