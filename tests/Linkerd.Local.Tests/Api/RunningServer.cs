using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Local.Api;

namespace Linkerd.Local.Tests.Api;

/// <summary>An API server in this process and an administrator's client.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private RunningServer(ApiServer server)
    {
        Server = server;
        Client = NewClient(server.ClientCertificate("admin", ["system:masters"]));
    }

    public ApiServer Server { get; }

    public HttpClient Client { get; }

    public static async Task<RunningServer> StartAsync(ApiServerOptions? options = null) => new(await ApiServer.StartAsync(options ?? new ApiServerOptions()));

    public HttpClient NewClient(System.Security.Cryptography.X509Certificates.X509Certificate2? certificate)
    {
        var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        if (certificate is not null) handler.SslOptions.ClientCertificates = [certificate];
        return new HttpClient(handler) { BaseAddress = Server.Address };
    }

    public async Task<(HttpStatusCode Code, JsonNode? Body)> SendAsync(HttpMethod method, string path, string? body = null, string type = "application/json")
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        }
        using var response = await Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.StartsWith('{') ? JsonNode.Parse(text) : null);
    }

    public async Task<JsonNode> CreateAsync(string path, string body)
    {
        var (code, answer) = await SendAsync(HttpMethod.Post, path, body);
        Assert.True(code == HttpStatusCode.Created, $"{path}: {code} {answer}");
        return answer!;
    }

    public async Task CreatePodAsync(string name)
    {
        await SendAsync(HttpMethod.Post, "/api/v1/namespaces/default/serviceaccounts", """{"metadata":{"name":"default"}}""");
        await CreateAsync("/api/v1/namespaces/default/pods", $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"nodeName":"n","containers":[{"name":"c","image":"x"}]}}""");
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }
}
