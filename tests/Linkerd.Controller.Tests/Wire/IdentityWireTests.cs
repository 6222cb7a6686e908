using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Linkerd.Api.Identity;
using Linkerd.Api.Services;
using Linkerd.Api.TrustAnchors;
using Linkerd.Controller.Identity.Core;
using Linkerd.Controller.Identity.Index;
using Linkerd.Controller.Identity.Serve;
using Linkerd.Controller.Tests.Identity;
using Linkerd.Grpc;
using Linkerd.Grpc.AspNetCore;
using Linkerd.Kubernetes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linkerd.Controller.Tests.Wire;

public sealed class IdentityWireTests : IAsyncLifetime
{
    private static readonly Method<CertifyRequest, CertifyResponse> s_certify = Methods.Unary(IdentityApi.ServiceName, IdentityApi.Certify, CertifyRequest.Parser, CertifyResponse.Parser);
    private static readonly Method<WatchRequest, TrustBundle> s_watch = Methods.ServerStreaming(TrustAnchorsApi.ServiceName, TrustAnchorsApi.Watch, WatchRequest.Parser, TrustBundle.Parser);

    private readonly IdentityFixture _fixture = new();
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(30));
    private Func<string, (string, string)> _validate = _ => ("app", "web");
    private KubernetesClient _kubernetes = null!;
    private GrpcServer _server = null!;
    private GrpcChannel _channel = null!;

    public async ValueTask InitializeAsync()
    {
        _kubernetes = new KubernetesClient(new KubernetesConfig { Server = new Uri("http://127.0.0.1:1") });
        var events = new EventRecorder(_kubernetes, "linkerd", TimeProvider.System, NullLogger.Instance);
        var identity = new IdentityService(new IdentitySettings(), _fixture.Store, (token, _) => Task.FromResult(_validate(token)), events, TimeProvider.System, NullLogger.Instance);
        var anchors = new TrustAnchorsService(_fixture.Store);
        _server = await GrpcServer.StartAsync(new GrpcServerSettings { EndPoint = new IPEndPoint(IPAddress.Loopback, 0) }, endpoints =>
        {
            identity.Map(endpoints);
            anchors.Map(endpoints);
        });
        _channel = GrpcChannel.ForAddress($"http://{_server.EndPoint}");
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _server.DisposeAsync();
        _kubernetes.Dispose();
        _fixture.Dispose();
        _limit.Dispose();
    }

    private static CertifyRequest Request() => new()
    {
        Identity = IdentityFixture.Name,
        Token = ByteString.CopyFromUtf8("token"),
        CertificateSigningRequest = ByteString.CopyFrom(IdentityFixture.Request()),
    };

    private Task<CertifyResponse> Certify(CertifyRequest request) =>
        _channel.AsyncUnaryCall(s_certify, new CallOptions { CancellationToken = _limit.Token }, request).ResponseAsync;

    private async Task<string> Refused(CertifyRequest request)
    {
        var e = await Assert.ThrowsAsync<RpcException>(() => Certify(request));
        return $"{e.StatusCode}: {e.Status.Detail}";
    }

    [Fact]
    public async Task A_certificate_is_issued_in_der_with_its_chain()
    {
        using var issuer = _fixture.WriteIssuer();
        _fixture.Store.Reload();
        var response = await Certify(Request());
        using var leaf = X509CertificateLoader.LoadCertificate(response.LeafCertificate.Span);
        Assert.Equal(issuer.Subject, leaf.Issuer);
        Assert.Equal(issuer.RawData, Assert.Single(response.IntermediateCertificates).ToByteArray());
        Assert.Equal(new DateTimeOffset(leaf.NotAfter).ToUnixTimeSeconds(), response.ValidUntil.Seconds);
    }

    [Fact]
    public async Task Refusals_say_why()
    {
        Assert.Equal("InvalidArgument: missing identity", await Refused(new CertifyRequest()));
        Assert.Equal("InvalidArgument: missing token", await Refused(new CertifyRequest { Identity = "x" }));
        Assert.Equal("InvalidArgument: missing certificate signing request", await Refused(new CertifyRequest { Identity = "x", Token = ByteString.CopyFromUtf8("t") }));
        var garbled = Request();
        garbled.CertificateSigningRequest = ByteString.CopyFromUtf8("garbage");
        Assert.StartsWith("InvalidArgument: the certificate signing request cannot be read", await Refused(garbled));
        Assert.Equal("Unavailable: cert issuer not ready yet", await Refused(Request()));
        using var issuer = _fixture.WriteIssuer();
        _fixture.Store.Reload();
        var other = Request();
        other.Identity = "other";
        Assert.StartsWith("FailedPrecondition: CSR name does not match requested identity", await Refused(other));
        _validate = _ => ("app", "somebody");
        Assert.Equal($"FailedPrecondition: requested identity did not match provided token: requested={IdentityFixture.Name}; found=somebody.app.serviceaccount.identity.linkerd.cluster.local", await Refused(Request()));
        _validate = _ => throw new TokenException("token could not be authenticated", isInvalid: false);
        Assert.Equal("FailedPrecondition: token could not be authenticated", await Refused(Request()));
        _validate = _ => throw new TokenException("bad token", isInvalid: true);
        Assert.Equal("InvalidArgument: bad token", await Refused(Request()));
        _validate = _ => throw new KubernetesException("the API server is away", 0, "Unreachable");
        Assert.StartsWith("Internal: ", await Refused(Request()));
    }

    [Fact]
    public async Task Trust_anchors_are_streamed_as_they_change()
    {
        using var first = _fixture.WriteIssuer();
        _fixture.Store.Reload();
        var stream = Watch("");
        var bundle = await NextAsync(stream);
        Assert.Equal(first.RawData, Assert.Single(bundle.Anchors).ToByteArray());
        Assert.Contains("BEGIN CERTIFICATE", bundle.Pem);
        var informed = Watch(bundle.Version);
        using var second = _fixture.WriteIssuer();
        _fixture.Store.Reload();
        Assert.Equal(second.RawData, Assert.Single((await NextAsync(stream)).Anchors).ToByteArray());
        Assert.NotEqual(bundle.Version, (await NextAsync(informed)).Version);
    }

    [Fact]
    public async Task A_new_issuer_is_announced_to_those_who_follow_the_anchors()
    {
        using var anchor = _fixture.WriteIssuer();
        var anchors = File.ReadAllText(_fixture.Files.Anchors);
        _fixture.Store.Reload();
        var stream = Watch("");
        var bundle = await NextAsync(stream);
        Assert.Equal(SHA256.HashData(anchor.RawData), bundle.Issuer.ToByteArray());

        using var issuer = _fixture.WriteIssuer();
        File.WriteAllText(_fixture.Files.Anchors, anchors + "\n" + issuer.ExportCertificatePem());
        _fixture.Store.Reload();
        var next = await NextAsync(stream);
        Assert.Equal(2, next.Anchors.Count);
        Assert.Equal(SHA256.HashData(issuer.RawData), next.Issuer.ToByteArray());
        Assert.InRange(next.RenewWithinSeconds, 1u, 600u);
        Assert.NotEqual(bundle.Version, next.Version);
    }

    private IAsyncStreamReader<TrustBundle> Watch(string known) =>
        _channel.AsyncServerStreamingCall(s_watch, new CallOptions { CancellationToken = _limit.Token }, new WatchRequest { KnownVersion = known }).ResponseStream;

    private async Task<TrustBundle> NextAsync(IAsyncStreamReader<TrustBundle> stream) =>
        await stream.MoveNext(_limit.Token) ? stream.Current : throw new InvalidOperationException("the stream ended");
}
