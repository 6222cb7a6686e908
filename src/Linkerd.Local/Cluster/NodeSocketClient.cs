using System.Net.Sockets;

namespace Linkerd.Local.Cluster;

/// <summary>The host's end of the node's socket.</summary>
internal static class NodeSocketClient
{
    /// <summary>Connects and sends a command; the connection then belongs to the caller.</summary>
    /// <exception cref="ClusterException">The cluster does not run.</exception>
    public static async Task<Socket> OpenAsync(LocalPaths paths, string command, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(paths.NodeSocket), cancel);
            await SocketLine.WriteAsync(socket, command, cancel);
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new ClusterException("the cluster is not running; start it with: linkerd local up", e);
        }
    }

    /// <summary>Sends a command and returns its one-line answer.</summary>
    /// <exception cref="ClusterException">The cluster does not run, or refused.</exception>
    public static async Task<string> AskAsync(LocalPaths paths, string command, CancellationToken cancel)
    {
        using var socket = await OpenAsync(paths, command, cancel);
        var answer = await SocketLine.ReadAsync(socket, cancel) ?? throw new ClusterException("the cluster stopped before it answered; see " + paths.Log);
        return answer.StartsWith("error ", StringComparison.Ordinal) ? throw new ClusterException(answer[6..]) : answer.StartsWith("ok ", StringComparison.Ordinal) ? answer[3..] : "";
    }
}
