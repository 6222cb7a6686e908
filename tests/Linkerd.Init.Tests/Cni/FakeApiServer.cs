using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;

namespace Linkerd.Init.Tests;

/// <summary>
/// An API server of objects that the test sets: HTTP/1.1 on loopback, with TLS when it has a certificate. A watch streams
/// what <see cref="Say"/> gets; every request is kept.
/// </summary>
internal sealed class FakeApiServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2? _certificate;
    private readonly Channel<string> _watch = Channel.CreateUnbounded<string>();
    private readonly Task _serving;

    public FakeApiServer(X509Certificate2? certificate = null)
    {
        _certificate = certificate;
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Answers of GET by path; what is not here is a 404.</summary>
    public ConcurrentDictionary<string, string> Objects { get; } = new();

    /// <summary>Status of everything that is not GET.</summary>
    public int WriteStatus { get; set; } = 200;

    /// <summary>Status of GET instead of the object; 0: the object.</summary>
    public int ReadStatus { get; set; }

    /// <summary>Requests as <c>METHOD target</c>, the authorization, and the body.</summary>
    public ConcurrentQueue<(string Line, string Authorization, string Body)> Requests { get; } = new();

    /// <summary>Sends an event to the watch that is open, or that is opened next.</summary>
    public void Say(string type, string item) => _watch.Writer.TryWrite($"{{\"type\":\"{type}\",\"object\":{item}}}\n");

    public void Dispose()
    {
        _listener.Stop();
        _watch.Writer.TryComplete();
        _serving.GetAwaiter().GetResult();
        _listener.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                var connection = await _listener.AcceptTcpClientAsync();
                _ = AnswerAllAsync(connection);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AnswerAllAsync(TcpClient connection)
    {
        using (connection)
        {
            try
            {
                Stream stream = connection.GetStream();
                if (_certificate is not null)
                {
                    var tls = new SslStream(stream);
                    await tls.AuthenticateAsServerAsync(_certificate);
                    stream = tls;
                }
                await using (stream)
                {
                    while (await AnswerAsync(stream))
                    {
                        // One request after the other.
                    }
                }
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                // The client has gone.
            }
        }
    }

    private async Task<bool> AnswerAsync(Stream stream)
    {
        if (await ReadHeadAsync(stream) is not { } head)
            return false;
        var lines = head.Split("\r\n");
        var length = lines.Select(l => l.Split(": ")).Where(p => p[0].Equals("content-length", StringComparison.OrdinalIgnoreCase)).Select(p => int.Parse(p[1])).FirstOrDefault();
        var body = new byte[length];
        await stream.ReadExactlyAsync(body);
        var authorization = lines.FirstOrDefault(l => l.StartsWith("Authorization: ", StringComparison.OrdinalIgnoreCase)) ?? "";
        Requests.Enqueue((lines[0][..lines[0].LastIndexOf(' ')], authorization, Encoding.UTF8.GetString(body)));
        var target = lines[0].Split(' ')[1];
        var path = target.Split('?')[0];
        if (target.Contains("watch=true", StringComparison.Ordinal))
        {
            await WriteAsync(stream, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n");
            await foreach (var item in _watch.Reader.ReadAllAsync())
                await WriteAsync(stream, item);
            return false;
        }
        var isRead = lines[0].StartsWith("GET ", StringComparison.Ordinal);
        var status = !isRead ? WriteStatus : ReadStatus != 0 ? ReadStatus : Objects.ContainsKey(path) ? 200 : 404;
        var answer = status == 200 ? Objects.GetValueOrDefault(path, "{}") : $"{{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"message\":\"scripted {status}\",\"code\":{status}}}";
        await WriteAsync(stream, $"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {Encoding.UTF8.GetByteCount(answer)}\r\n\r\n{answer}");
        return true;
    }

    private static async Task<string?> ReadHeadAsync(Stream stream)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (await stream.ReadAsync(one) == 1)
        {
            head.Add(one[0]);
            if (head.Count > 4 && head[^1] == '\n' && head[^2] == '\r' && head[^3] == '\n')
                return Encoding.ASCII.GetString([.. head]).TrimEnd();
        }
        return null;
    }

    private static async Task WriteAsync(Stream stream, string text)
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text));
        await stream.FlushAsync();
    }
}
