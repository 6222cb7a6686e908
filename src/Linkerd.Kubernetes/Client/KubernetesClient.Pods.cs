using System.Net.WebSockets;

namespace Linkerd.Kubernetes;

/// <summary>What is particular to pods: logs, exec, port-forward.</summary>
public sealed partial class KubernetesClient
{
    /// <summary>The log of a container as a stream of text; dispose it to stop following.</summary>
    public async Task<Stream> GetLogsAsync(string ns, string pod, LogOptions? options = null, CancellationToken cancel = default)
    {
        options ??= new();
        var query = new QueryBuilder()
            .Add("container", options.Container)
            .Add("follow", options.Follow)
            .Add("previous", options.Previous)
            .Add("timestamps", options.Timestamps)
            .Add("tailLines", options.TailLines)
            .Add("sinceSeconds", options.SinceSeconds)
            .Add("limitBytes", options.LimitBytes);
        using var head = Limit(cancel);
        var response = await SendAsync(HttpMethod.Get, PodPath(ns, pod, "log") + query, null, head.Token, cancel);
        head.CancelAfter(Timeout.InfiniteTimeSpan);
        return await response.Content.ReadAsStreamAsync(cancel);
    }

    /// <summary>Runs a command in a container. Dispose the session to end it.</summary>
    public async Task<ExecSession> ExecAsync(string ns, string pod, string? container, IReadOnlyList<string> command, bool stdin = false, bool tty = false, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        var query = new QueryBuilder().Add("container", container).Add("stdin", stdin).Add("stdout", true).Add("stderr", !tty).Add("tty", tty);
        foreach (var word in command)
            query.Add("command", word);
        return new ExecSession(await ConnectAsync(PodPath(ns, pod, "exec") + query, "v4.channel.k8s.io", cancel));
    }

    /// <summary>Opens one connection to a port of a pod; the stream is the connection.</summary>
    public async Task<Stream> PortForwardAsync(string ns, string pod, int port, CancellationToken cancel = default)
    {
        var socket = await ConnectAsync(PodPath(ns, pod, "portforward") + new QueryBuilder().Add("ports", port), "v4.channel.k8s.io", cancel);
        return new PortForwardStream(socket);
    }

    /// <summary>An HTTP client whose every connection is a port-forward to the pod's port; a request takes at most 30 seconds.</summary>
    public HttpClient HttpToPod(string ns, string pod, int port) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancel) => await PortForwardAsync(ns, pod, port, cancel),
    })
    {
        BaseAddress = new Uri($"http://localhost:{port}/"),
        Timeout = TimeSpan.FromSeconds(30),
    };

    private async Task<WebSocket> ConnectAsync(string path, string protocol, CancellationToken cancel)
    {
        var socket = new ClientWebSocket();
        var address = new UriBuilder(new Uri(_root, path));
        address.Scheme = address.Scheme == Uri.UriSchemeHttps ? "wss" : "ws";
        socket.Options.AddSubProtocol(protocol);
        socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(30);
        // Failures are explained by the body of the answer, which a WebSocket client does not give: keep the status at least.
        socket.Options.CollectHttpResponseDetails = true;
        if (Config.Token is { } source && await source.GetAsync(cancel) is { } token)
            socket.Options.SetRequestHeader("Authorization", "Bearer " + token);
        using var limit = Limit(cancel);
        try
        {
            await socket.ConnectAsync(address.Uri, _http, limit.Token);
            return socket;
        }
        catch (Exception e) when (e is WebSocketException || Unreachable(e, cancel))
        {
            var code = (int)socket.HttpStatusCode;
            socket.Dispose();
            throw code is 0 or 101
                ? NoAnswer(HttpMethod.Get, path, e)
                : new KubernetesException($"GET {path}: HTTP {code}", code, ((System.Net.HttpStatusCode)code).ToString(), inner: e);
        }
    }

    private static string PodPath(string ns, string pod, string subresource) =>
        $"api/v1/namespaces/{Uri.EscapeDataString(ns)}/pods/{Uri.EscapeDataString(pod)}/{subresource}";
}
