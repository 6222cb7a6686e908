using System.Diagnostics;

namespace Linkerd.Init.Tests;

/// <summary>
/// Two network namespaces joined by a wire: <c>pod</c> (10.91.0.1, fd91::1) and <c>peer</c> (10.91.0.2, fd91::2). In each
/// a server listens on the ports of <see cref="Ports"/> and answers with the port that was reached and the original
/// destination of the connection.
/// </summary>
public sealed class NetworkLab : IDisposable
{
    public const string Ports = "80,81,99,3306,4140,4143,4190";

    private const string Server = """
        import socket, struct, sys, threading
        def original(connection, v6):
            try:
                if v6:
                    raw = connection.getsockopt(41, 80, 28)
                    return "[%s]:%d" % (socket.inet_ntop(socket.AF_INET6, raw[8:24]), struct.unpack("!H", raw[2:4])[0])
                raw = connection.getsockopt(0, 80, 16)
                return "%s:%d" % (socket.inet_ntoa(raw[4:8]), struct.unpack("!H", raw[2:4])[0])
            except OSError:
                return "none"
        def serve(listener, port, v6):
            while True:
                connection, _ = listener.accept()
                connection.sendall(("%d %s" % (port, original(connection, v6))).encode())
                connection.close()
        for port in sys.argv[1].split(","):
            for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
                listener = socket.socket(family)
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                listener.bind((address, int(port)))
                listener.listen(64)
                threading.Thread(target=serve, args=(listener, int(port), family == socket.AF_INET6), daemon=True).start()
        print("ready", flush=True)
        sys.stdin.read()
        """;

    private const string Client = """
        import encodings.idna, os, socket, sys
        if sys.argv[3] != "-": os.setgid(int(sys.argv[3]))
        if sys.argv[2] != "-": os.setuid(int(sys.argv[2]))
        host, port = sys.argv[1].rsplit(":", 1)
        try:
            print(socket.create_connection((host.strip("[]"), int(port)), 5).recv(200).decode())
        except OSError as e:
            print("failed: %s" % e)
        """;

    private static int s_count;
    private readonly List<Process> _servers = [];

    public NetworkLab()
    {
        var suffix = $"{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}";
        Pod = $"l5dinit-{suffix}-pod";
        Peer = $"l5dinit-{suffix}-peer";
        try
        {
            Build();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Pod { get; }

    public string Peer { get; }

    public string PodNetNs => $"/run/netns/{Pod}";

    /// <summary>What a client in a namespace gets: <c>port original-destination</c>.</summary>
    public string Connect(string ns, string address, int? uid = null, int? gid = null) =>
        Shell.Run("ip", "netns", "exec", ns, "python3", "-c", Client, address, uid?.ToString() ?? "-", gid?.ToString() ?? "-").Trim();

    public string Rules(string save) => Shell.Run("ip", "netns", "exec", Pod, save, "-t", "nat");

    public void Dispose()
    {
        foreach (var server in _servers)
        {
            server.Kill();
            server.WaitForExit();
            server.Dispose();
        }
        Shell.Try("ip", "netns", "del", Pod);
        Shell.Try("ip", "netns", "del", Peer);
    }

    private void Build()
    {
        Shell.Run("ip", "netns", "add", Pod);
        Shell.Run("ip", "netns", "add", Peer);
        Shell.Run("ip", "-n", Pod, "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", Peer);
        foreach (var (ns, host) in new[] { (Pod, 1), (Peer, 2) })
        {
            Shell.Run("ip", "-n", ns, "addr", "add", $"10.91.0.{host}/24", "dev", "eth0");
            Shell.Run("ip", "-n", ns, "addr", "add", $"fd91::{host}/64", "dev", "eth0", "nodad");
            Shell.Run("ip", "-n", ns, "link", "set", "lo", "up");
            Shell.Run("ip", "-n", ns, "link", "set", "eth0", "up");
        }
        foreach (var ns in new[] { Pod, Peer })
        {
            var server = Shell.Start("ip", "netns", "exec", ns, "python3", "-c", Server, Ports);
            _servers.Add(server);
            if (server.StandardOutput.ReadLine() != "ready")
                throw new InvalidOperationException("the server did not start: " + server.StandardError.ReadToEnd());
        }
    }
}
