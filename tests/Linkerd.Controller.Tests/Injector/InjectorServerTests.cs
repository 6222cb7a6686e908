using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Components.Webhooks;
using Linkerd.Controller.Injector;
using Linkerd.Inject.ControlPlane;
using Linkerd.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linkerd.Controller.Tests.Injector;

public sealed class InjectorServerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("l5d-webhook-").FullName;
    private string _seen = "";

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public async Task Serves_reviews_over_TLS_and_takes_a_new_certificate()
    {
        WriteCertificate("first.example", DateTime.UnixEpoch);
        using var lab = new WebhookLab();
        var context = new ComponentContext("linkerd-controller", new FlagSet(), NullLoggerFactory.Instance, TimeProvider.System);
        var certificate = WebhookCertificate.InFolder(_folder, TimeProvider.System);
        await using var server = await AdmissionServer.StartAsync(context, new IPEndPoint(IPAddress.Loopback, 0), certificate, lab.Webhook.ReviewAsync, default);

        var (code, body) = await PostAsync(server.Address, WebhookLab.Review("Pod", WebhookLab.Pod).ToJsonString());

        Assert.Equal(HttpStatusCode.OK, code);
        Assert.NotNull(WebhookLab.PatchOf((JsonObject)JsonNode.Parse(body)!));
        Assert.Equal("CN=first.example", _seen);
        var left = double.Parse(context.Metrics.Expose().Split('\n').Single(static l => l.StartsWith("webhook_cert_ttl_seconds ", StringComparison.Ordinal)).Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange((certificate.Current.NotAfter - TimeProvider.System.GetUtcNow().LocalDateTime).TotalSeconds - left, -60, 60);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(server.Address, "{")).Code);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(server.Address, "[]")).Code);

        WriteCertificate("second.example", DateTime.UnixEpoch.AddDays(1));
        await Eventually.TrueAsync(() => PostAsync(server.Address, "{").GetAwaiter().GetResult().Code != 0 && _seen == "CN=second.example", "the new certificate");

        File.WriteAllText(Path.Combine(_folder, "tls.crt"), "not a certificate");
        Assert.Equal("CN=second.example", certificate.Current.Subject);
    }

    [Fact]
    public void A_certificate_that_never_was_is_named()
    {
        var e = Assert.Throws<InvalidDataException>(() => WebhookCertificate.InFolder(_folder, TimeProvider.System).Current);

        Assert.Contains("tls.crt", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_and_anchors_are_read_from_their_files()
    {
        var (values, anchors) = (Path.Combine(_folder, "values"), Path.Combine(_folder, "anchors"));
        File.WriteAllText(values, "clusterDomain: example.org\nproxy:\n  logLevel: debug\n");
        File.WriteAllText(anchors, "pem");

        var config = new InjectorConfig(values, anchors, TimeProvider.System).Current;

        Assert.Equal("example.org", config.ClusterDomain);
        Assert.Equal("debug", config.Proxy.LogLevel);
        Assert.Equal("pem", config.IdentityTrustAnchorsPem);
        File.WriteAllText(values, "[]");
        Assert.Contains("values", Assert.Throws<InvalidDataException>(() => new InjectorConfig(values, anchors, TimeProvider.System).Current).Message, StringComparison.Ordinal);
    }

    private void WriteCertificate(string host, DateTime modified)
    {
        var pair = ControlPlaneCertificates.Webhook(host, TimeProvider.System);
        File.WriteAllText(Path.Combine(_folder, "tls.key"), pair.KeyPem);
        File.WriteAllText(Path.Combine(_folder, "tls.crt"), pair.CertificatePem);
        File.SetLastWriteTimeUtc(Path.Combine(_folder, "tls.crt"), modified);
    }

    private async Task<(HttpStatusCode Code, string Body)> PostAsync(Uri address, string body)
    {
        using var handler = new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = Accept } };
        using var client = new HttpClient(handler);
        using var response = await client.PostAsync(address, new StringContent(body, Encoding.UTF8, "application/json"));
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private bool Accept(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        _seen = certificate!.Subject;
        return true;
    }
}
