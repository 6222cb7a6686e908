using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Linkerd.Api.Tap;
using Linkerd.Components.Webhooks;
using Linkerd.Grpc;
using Linkerd.Grpc.AspNetCore;
using Linkerd.Stats.Reports;
using Linkerd.Viz.Tap;
using Microsoft.Extensions.Logging.Abstractions;
using TapNames = Linkerd.Api.Services.TapApi;

namespace Linkerd.Viz.Tests.Tap;

/// <summary>The tap API over TLS, with an API server and one proxy that are played.</summary>
internal sealed class TapLab : IAsyncDisposable
{
    private static readonly Method<ObserveRequest, TapEvent> s_observe = Methods.ServerStreaming(TapNames.ServiceName, TapNames.Observe, ObserveRequest.Parser, TapEvent.Parser);
    private readonly string _folder = Directory.CreateTempSubdirectory("l5d-tap-").FullName;
    private GrpcServer _proxy = null!;
    private RequestHeaderAuth _auth = null!;
    private TapServer _server = null!;

    private TapLab()
    {
    }

    public FakeApiServer Api { get; } = new();

    /// <summary>What the proxy was asked.</summary>
    public List<ObserveRequest> Observed { get; } = [];

    /// <summary>What the proxy tells at each observation.</summary>
    public List<TapEvent> Events { get; } = [];

    public X509Certificate2 FrontProxy { get; private set; } = null!;

    public X509Certificate2 Stranger { get; private set; } = null!;

    public static async Task<TapLab> StartAsync(CancellationToken cancel)
    {
        var lab = new TapLab();
        var (authority, front) = Certificates("front-proxy-ca", "front-proxy-client");
        (_, lab.Stranger) = Certificates("other-ca", "front-proxy-client");
        lab.FrontProxy = front;
        lab.Api.Set("/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication", $$$"""
            {"data":{"requestheader-client-ca-file":{{{System.Text.Json.JsonSerializer.Serialize(authority)}}},"requestheader-allowed-names":"[\"front-proxy-client\"]",
            "requestheader-username-headers":"[\"X-Remote-User\"]","requestheader-group-headers":"[\"X-Remote-Group\"]","requestheader-extra-headers-prefix":"[\"X-Remote-Extra-\"]"}}
            """);
        lab._proxy = await GrpcServer.StartAsync(
            new GrpcServerSettings { EndPoint = new IPEndPoint(IPAddress.Loopback, 0) },
            endpoints => endpoints.MapServerStreaming(s_observe, lab.ObserveAsync),
            cancel);
        lab.SetPods(Pod("web-1", "127.0.0.1", """{"viz.linkerd.io/tap-enabled":"true"}"""));
        using var key = RSA.Create(2048);
        using var leaf = new CertificateRequest("CN=tap.linkerd-viz.svc", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllTextAsync(Path.Combine(lab._folder, "tls.crt"), leaf.ExportCertificatePem(), cancel);
        await File.WriteAllTextAsync(Path.Combine(lab._folder, "tls.key"), key.ExportPkcs8PrivateKeyPem(), cancel);

        var context = new ComponentContext("linkerd-viz", new FlagSet(), NullLoggerFactory.Instance, TimeProvider.System);
        var settings = new TapSettings(((IPEndPoint)lab._proxy.EndPoint).Port, "linkerd", "cluster.local", new HashSet<string> { "authorization" });
        lab._auth = new RequestHeaderAuth(lab.Api.Client, TimeProvider.System);
        var endpoint = new TapEndpoint(
            lab._auth, new TapTargets(new ClientObjects(lab.Api.Client)), new TapEvents(new PodsByAddress(), settings.IgnoreHeaders), settings,
            lab.Api.Client, context.Metrics.Counter("taps", "taps", "resource"), TimeProvider.System, NullLogger.Instance);
        lab._server = await TapServer.StartAsync(context, new IPEndPoint(IPAddress.Loopback, 0), WebhookCertificate.InFolder(lab._folder, TimeProvider.System), endpoint.AnswerAsync, cancel);
        return lab;
    }

    public static string Pod(string name, string ip, string annotations) => $$$"""
        {"metadata":{"namespace":"emojivoto","name":"{{{name}}}","uid":"{{{name}}}","labels":{"app":"web","linkerd.io/control-plane-ns":"linkerd"},"annotations":{{{annotations}}}},
         "spec":{"serviceAccountName":"web","containers":[]},"status":{"phase":"Running","podIP":"{{{ip}}}"}}
        """;

    public void SetPods(params string[] pods)
    {
        Api.SetList("/api/v1/namespaces/emojivoto/pods", pods);
        Api.SetList("/apis/apps/v1/namespaces/emojivoto/deployments", """{"metadata":{"namespace":"emojivoto","name":"web"},"spec":{"selector":{"matchLabels":{"app":"web"}}}}""");
    }

    /// <summary>Sends a request as the API server would.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, IMessage? body, X509Certificate2? certificate, CancellationToken cancel, string? user = "ann")
    {
        var handler = new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, _, _, _) => true } };
        if (certificate is not null)
            handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
        var client = new HttpClient(handler);
        var request = new HttpRequestMessage(method, new Uri(_server.Address, path));
        if (user is not null)
            request.Headers.Add("X-Remote-User", user);
        request.Headers.Add("X-Remote-Group", ["dev", "ops"]);
        request.Headers.Add("X-Remote-Extra-Scopes", "all");
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body.ToByteArray());
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        }

        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _proxy.DisposeAsync();
        _auth.Dispose();
        Api.Client.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static (string AuthorityPem, X509Certificate2 Client) Certificates(string authority, string client)
    {
        using var authorityKey = RSA.Create(2048);
        var request = new CertificateRequest("CN=" + authority, authorityKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var ca = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var key = RSA.Create(2048);
        var leafRequest = new CertificateRequest("CN=" + client, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        leafRequest.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], false));
        using var leaf = leafRequest.Create(ca, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), [1, 2, 3]);
        using var withKey = leaf.CopyWithPrivateKey(key);
        return (ca.ExportCertificatePem(), X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null));
    }

    private async Task ObserveAsync(ObserveRequest request, IServerStreamWriter<TapEvent> stream, ServerCallContext call)
    {
        lock (Observed)
            Observed.Add(request);
        foreach (var item in Events)
            await stream.WriteAsync(item, call.CancellationToken);
    }
}
