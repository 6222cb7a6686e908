using System.Net;
using System.Net.Sockets;
using Linkerd.Local.Images;

namespace Linkerd.Local.Cluster;

/// <summary>The inside end of the node's socket: connections into the cluster's network, and a few commands.</summary>
internal sealed class NodeSocketServer : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stop = new();
    private readonly HostPorts _ports;
    private readonly ImageStore _images;
    private readonly Func<string> _status;
    private readonly TaskCompletionSource _stopAsked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly NodeLog _log;

    public NodeSocketServer(string path, HostPorts ports, ImageStore images, Func<string> status, NodeLog log)
    {
        _ports = ports;
        _images = images;
        _status = status;
        _log = log;
        File.Delete(path);
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _listener.Listen(512);
        _ = Task.Run(AcceptAsync);
    }

    /// <summary>Completes when somebody asks the cluster to stop.</summary>
    public Task StopAsked => _stopAsked.Task;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                var client = await _listener.AcceptAsync(_stop.Token);
                _ = ServeAsync(client);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        try
        {
            var line = await SocketLine.ReadAsync(client, _stop.Token) ?? "";
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            var (verb, rest) = space < 0 ? (line, "") : (line[..space], line[(space + 1)..]);
            if (verb == "dial")
            {
                await DialAsync(client, rest);
                return;
            }

            using (client)
            {
                if (verb == "ports")
                    await _ports.SendAsync(client, _stop.Token);
                else
                    await SocketLine.WriteAsync(client, await AnswerAsync(verb, rest), _stop.Token);
            }
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            client.Dispose();
        }
    }

    private async Task<string> AnswerAsync(string verb, string rest)
    {
        switch (verb)
        {
            case "stop":
                _stopAsked.TrySetResult();
                return "ok stopping";
            case "status":
                return "ok " + _status();
            case "images":
                return "ok " + string.Join(' ', _images.Loaded());
            case "load" when rest.Split(' ', 2) is [var name, var path]:
                try
                {
                    return "ok " + string.Join(' ', await Task.Run(() => _images.Load(path, name == "-" ? null : name)));
                }
                catch (ImageException e)
                {
                    return "error " + e.Message;
                }

            default:
                return $"error \"{verb}\" is not a command; the CLI and the running cluster are of different versions";
        }
    }

    private async Task DialAsync(Socket client, string target)
    {
        var inside = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            limit.CancelAfter(TimeSpan.FromSeconds(5));
            await inside.ConnectAsync(IPEndPoint.Parse(target), limit.Token);
            await SocketLine.WriteAsync(client, "ok", limit.Token);
            await Pump.JoinAsync(client, inside);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or FormatException)
        {
            _log.Write("relay", $"{target}: {e.Message}");
            inside.Dispose();
            client.Dispose();
        }
    }
}
