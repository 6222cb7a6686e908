using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Linkerd.Local.Cluster;

/// <summary>
/// The foot on the host: listens on loopback for the ports that the cluster opens, and hands each connection in through the node's
/// socket, whose path both sides see. Nothing else joins the two networks.
/// </summary>
internal sealed class HostRelay(LocalPaths paths, NodeLog log) : IAsyncDisposable
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan RefusedRetry = TimeSpan.FromSeconds(1);
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<int, (Socket Listener, string Target)> _open = [];
    private readonly HashSet<int> _refused = [];
    private readonly Dictionary<int, (int Port, string Target)> _standIns = [];
    private string _told = "";
    private readonly Lock _lock = new();

    /// <summary>Opens a port whose target is known from the start; port 0 takes a free one. Returns the port.</summary>
    public int Open(int port, string target)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
            listener.Listen(512);
        }
        catch
        {
            listener.Dispose();
            throw;
        }

        port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        lock (_lock)
            _open[port] = (listener, target);
        _ = AcceptAsync(listener, target);
        return port;
    }

    /// <summary>Follows what the node wants open, until disposed.</summary>
    public async Task FollowAsync(int fixedPort)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var socket = await NodeSocketClient.OpenAsync(paths, "ports", _stop.Token);
                await ApplyAllAsync(socket, fixedPort);
            }
            catch (Exception e) when (e is ClusterException or SocketException or IOException)
            {
                // Not up yet, or on its way down.
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(Retry).WaitAsync(TimeSpan.FromSeconds(5));
        }
    }

    // A port that somebody else holds is opened as soon as it is free; until then another one stands in for it.
    private async Task ApplyAllAsync(Socket socket, int fixedPort)
    {
        var last = "";
        while (true)
        {
            var next = SocketLine.ReadAsync(socket, _stop.Token);
            while (_refused.Count > 0 && await Task.WhenAny(next, Task.Delay(RefusedRetry, _stop.Token)) != next)
                Apply(last, fixedPort);
            if (await next is not { } line)
                return;
            Apply(last = line, fixedPort);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        lock (_lock)
        {
            foreach (var (listener, _) in _open.Values)
                listener.Dispose();
            _open.Clear();
        }
    }

    private void Apply(string line, int fixedPort)
    {
        var wanted = line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static w => w.Split('=', 2))
            .ToDictionary(static w => int.Parse(w[0], CultureInfo.InvariantCulture), static w => w[1]);
        lock (_lock)
        {
            foreach (var (port, standIn) in _standIns.Where(s => !wanted.TryGetValue(s.Key, out var target) || target != s.Value.Target).ToList())
            {
                _standIns.Remove(port);
                Close_NeedsLock(standIn.Port);
            }

            var kept = _standIns.Values.Select(static s => s.Port).Append(fixedPort).ToHashSet();
            foreach (var port in _open.Keys.Where(p => !kept.Contains(p) && (!wanted.TryGetValue(p, out var target) || target != _open[p].Target)).ToList())
                Close_NeedsLock(port);
        }

        _refused.RemoveWhere(p => !wanted.ContainsKey(p));
        foreach (var (port, target) in wanted)
        {
            lock (_lock)
            {
                if (_open.ContainsKey(port))
                    continue;
            }

            try
            {
                Open(port, target);
                _refused.Remove(port);
            }
            catch (SocketException e)
            {
                if (_refused.Add(port))
                    StandIn(port, target, e);
            }
        }

        Tell(wanted.Keys);
    }

    private void StandIn(int port, string target, SocketException reason)
    {
        try
        {
            var other = Open(0, target);
            _standIns[port] = (other, target);
            log.Write("relay", $"port {port} of the host's loopback cannot be opened for {target} ({reason.Message}): port {other} stands in for it");
        }
        catch (SocketException e)
        {
            log.Write("relay", $"port {port} of the host's loopback cannot be opened for {target}: {reason.Message}; nor can another: {e.Message}");
        }
    }

    // What the CLI prints as addresses; moved into place, so that nobody reads half of it.
    private void Tell(IEnumerable<int> ports)
    {
        var lines = ports.Order().Select(p => (Port: p, Host: !_refused.Contains(p) ? p : _standIns.TryGetValue(p, out var other) ? other.Port : 0))
            .Where(static r => r.Host > 0).Select(static r => string.Create(CultureInfo.InvariantCulture, $"{r.Port} {r.Host}\n"));
        var text = string.Concat(lines);
        if (text == _told && File.Exists(paths.Relays))
            return;
        _told = text;
        File.WriteAllText(paths.Relays + ".new", text);
        File.Move(paths.Relays + ".new", paths.Relays, overwrite: true);
    }

    private void Close_NeedsLock(int port)
    {
        if (_open.Remove(port, out var open))
            open.Listener.Dispose();
    }

    private async Task AcceptAsync(Socket listener, string target)
    {
        while (true)
        {
            try
            {
                var client = await listener.AcceptAsync(_stop.Token);
                client.NoDelay = true;
                _ = RelayAsync(client, target);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task RelayAsync(Socket client, string target)
    {
        Socket? inside = null;
        try
        {
            inside = await NodeSocketClient.OpenAsync(paths, "dial " + target, _stop.Token);
            if (await SocketLine.ReadAsync(inside, _stop.Token) == "ok")
            {
                await Pump.JoinAsync(client, inside);
                return;
            }
        }
        catch (Exception e) when (e is ClusterException or SocketException or IOException or OperationCanceledException)
        {
            log.Failure("relay", e);
        }

        client.Dispose();
        inside?.Dispose();
    }
}
