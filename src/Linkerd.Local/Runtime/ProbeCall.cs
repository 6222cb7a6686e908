using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Local.Runtime;

/// <summary>Asks a container once how it is.</summary>
internal static class ProbeCall
{
    private const int DefaultTimeoutSeconds = 1;

    private static readonly HttpClient Http = new(new SocketsHttpHandler
    {
        // A probe tests accepting too, so each has a connection of its own; a redirect counts as success.
        PooledConnectionLifetime = TimeSpan.Zero,
        AllowAutoRedirect = false,
        UseProxy = false,
        SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
    })
    { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Null when well, else what was wrong.</summary>
    public static async Task<string?> AskAsync(
        Probe probe, Container container, IPAddress address, Func<IReadOnlyList<string>, CancellationToken, Task<(int Code, string Output)>> exec, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(Math.Max(probe.TimeoutSeconds ?? DefaultTimeoutSeconds, 1)));
        try
        {
            return probe switch
            {
                { HttpGet: { } get } => await GetAsync(get, container, address, limit.Token),
                { TcpSocket: { } tcp } => await ConnectAsync(Host(tcp.Host, address), Port(tcp.Port, container), limit.Token),
                { Grpc: { } grpc } => await HealthAsync(grpc, address, limit.Token),
                { Exec.Command: { } command } => await exec(command, limit.Token) is (var code, var output) && code != 0 ? $"command exited with {code}: {output.Trim()}" : null,
                _ => null,
            };
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return $"no answer within {probe.TimeoutSeconds ?? DefaultTimeoutSeconds} s";
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or IOException or PodSpecException)
        {
            return e.InnerException?.Message ?? e.Message;
        }
    }

    /// <summary>A GET as probes and hooks make it.</summary>
    public static async Task<string?> GetAsync(HttpGetAction get, Container container, IPAddress address, CancellationToken cancel)
    {
        var scheme = string.Equals(get.Scheme, "HTTPS", StringComparison.OrdinalIgnoreCase) ? "https" : "http";
        var path = get.Path is { Length: > 0 } given ? given.StartsWith('/') ? given : "/" + given : "/";
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{scheme}://{Host(get.Host, address)}:{Port(get.Port, container)}{path}");
        request.Headers.UserAgent.ParseAdd("kube-probe/1.29");
        foreach (var header in get.HttpHeaders ?? [])
        {
            if (string.Equals(header.Name, "Host", StringComparison.OrdinalIgnoreCase))
                request.Headers.Host = header.Value;
            else
                request.Headers.TryAddWithoutValidation(header.Name!, header.Value);
        }

        using var response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        return (int)response.StatusCode is >= 200 and < 400 ? null : $"HTTP probe failed with statuscode: {(int)response.StatusCode}";
    }

    private static async Task<string?> ConnectAsync(string host, int port, CancellationToken cancel)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(host, port, cancel);
        return null;
    }

    // grpc.health.v1.Health/Check: the answer is one message, field 1 of which is 1 when serving.
    private static async Task<string?> HealthAsync(GrpcAction grpc, IPAddress address, CancellationToken cancel)
    {
        var name = System.Text.Encoding.UTF8.GetBytes(grpc.Service ?? "");
        byte[] body = name.Length == 0 ? [0, 0, 0, 0, 0] : [0, 0, 0, 0, (byte)(name.Length + 2), 10, (byte)name.Length, .. name];
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{address}:{grpc.Port}/grpc.health.v1.Health/Check")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        using var response = await Http.SendAsync(request, cancel);
        var answer = await response.Content.ReadAsByteArrayAsync(cancel);
        return answer is [_, _, _, _, _, 8, 1, ..] ? null : "gRPC health: not SERVING";
    }

    private static string Host(string? host, IPAddress address) => host is { Length: > 0 } ? host : address.ToString();

    private static int Port(IntOrString? port, Container container)
    {
        if (port is not { } value)
            throw new PodSpecException("a probe has no port");
        if (value.IsNumber)
            return value.Number;
        if (int.TryParse(value.Text, out var number))
            return number;
        return (container.Ports ?? []).FirstOrDefault(p => p.Name == value.Text)?.Port ?? throw new PodSpecException($"a probe's port \"{value.Text}\" is not a port of the container");
    }
}
