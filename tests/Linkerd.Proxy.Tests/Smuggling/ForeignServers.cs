using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Linkerd.Proxy.Tests.Smuggling;

/// <summary>nginx and node, started once: each says how many requests it sees in a string of octets.</summary>
public sealed class ForeignServers : IAsyncLifetime
{
    // Every request is one line of the answer's head; the body's length is what node read of it.
    private const string NodeScript = """
        const http = require('http');
        const server = http.createServer((request, response) => {
          if (request.url === '/ready') return response.end();
          let length = 0;
          request.on('data', part => length += part.length);
          request.on('end', () => response.end(`length ${length}`));
        });
        server.on('clientError', (error, socket) => socket.writable ? socket.end('HTTP/1.1 400 Bad Request\r\n\r\n') : socket.destroy());
        server.keepAliveTimeout = 60000;
        server.listen(0, '127.0.0.1', () => console.log(server.address().port));
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("linkerd-smuggling-").FullName;
    private Process? _nginx;
    private Process? _node;

    /// <summary>The two, by name.</summary>
    public IReadOnlyDictionary<string, IPEndPoint> All { get; private set; } = new Dictionary<string, IPEndPoint>();

    public async ValueTask InitializeAsync()
    {
        _node = Start("node", "-e", NodeScript);
        int nodePort = JsonSerializer.Deserialize<int>((await _node.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!);
        int nginxPort = FreePort();
        await File.WriteAllTextAsync(Path.Combine(_folder, "nginx.conf"), $$"""
            daemon off;
            master_process off;
            pid nginx.pid;
            error_log stderr crit;
            events {}
            http {
              access_log off;
              client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
              lingering_close off;
              server { listen 127.0.0.1:{{nginxPort}}; location / { return 200 "seen"; } }
            }
            """);
        _nginx = Start("nginx", "-p", _folder, "-c", Path.Combine(_folder, "nginx.conf"));
        All = new Dictionary<string, IPEndPoint> { ["nginx"] = new(IPAddress.Loopback, nginxPort), ["node"] = new(IPAddress.Loopback, nodePort) };
        await WhenListeningAsync(All["nginx"]);
    }

    /// <summary>Sends octets and the end of them, and reads all answers.</summary>
    public static async Task<string> AskAsync(IPEndPoint server, ReadOnlyMemory<byte> octets)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server, deadline.Token);
        var text = new StringBuilder();
        try
        {
            await socket.SendAsync(octets, deadline.Token);
            socket.Shutdown(SocketShutdown.Send);
            var buffer = new byte[16384];
            for (int read; (read = await socket.ReceiveAsync(buffer, deadline.Token)) > 0;) text.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
        catch (SocketException)
        {
            // A server that refuses may reset; what it said before counts.
        }

        return text.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Process? process in new[] { _nginx, _node })
        {
            if (process is null) continue;
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private Process Start(string program, params string[] arguments)
        => Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, WorkingDirectory = _folder })
            ?? throw new InvalidOperationException($"{program} did not start");

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static async Task WhenListeningAsync(IPEndPoint server)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            try
            {
                using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(server, deadline.Token);
                return;
            }
            catch (SocketException)
            {
                await again.WaitForNextTickAsync(deadline.Token);
            }
        }
    }
}
