using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Linkerd.Api.Identity;
using Linkerd.Api.Services;
using Linkerd.Api.TrustAnchors;
using Linkerd.Grpc;
using Linkerd.Grpc.AspNetCore;
using Microsoft.AspNetCore.Routing;

namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>Signs whatever is asked for. A scenario sets how long certificates live.</summary>
internal sealed class IdentityScript(MeshTrust trust)
{
    private static readonly Method<CertifyRequest, CertifyResponse> s_certify =
        Methods.Unary(IdentityApi.ServiceName, IdentityApi.Certify, CertifyRequest.Parser, CertifyResponse.Parser);

    private static readonly Method<WatchRequest, TrustBundle> s_anchors =
        Methods.ServerStreaming(TrustAnchorsApi.ServiceName, TrustAnchorsApi.Watch, WatchRequest.Parser, TrustBundle.Parser);

    /// <summary>Of certificates to come. Default 1 day.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Fails requests while set.</summary>
    public Status? Failure { get; set; }

    /// <summary>Answers in place of the script while set.</summary>
    public Func<CertifyRequest, CertifyResponse>? Lie { get; set; }

    /// <summary>Certificates signed, by identity.</summary>
    public ConcurrentDictionary<string, int> Signed { get; } = new();

    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapUnary(s_certify, (request, _) => Task.FromResult(Certify(request)));
        endpoints.MapServerStreaming(s_anchors, (_, responses, context) => trust.IsServed
            ? trust.FollowAsync(bundle => responses.WriteAsync(bundle), context.CancellationToken)
            : throw new RpcException(new Status(StatusCode.Unimplemented, "no anchors by stream")));
    }

    private CertifyResponse Certify(CertifyRequest request)
    {
        if (Failure is { } failure)
            throw new RpcException(failure);
        if (Lie is { } lie)
            return lie(request);
        var authority = trust.Issuing;
        var now = DateTimeOffset.UtcNow;
        using var leaf = authority.Sign(request.CertificateSigningRequest.ToByteArray(), now.AddSeconds(-20), now + Lifetime);
        Signed.AddOrUpdate(request.Identity, 1, (_, count) => count + 1);
        return new CertifyResponse
        {
            LeafCertificate = ByteString.CopyFrom(leaf.RawData),
            IntermediateCertificates = { ByteString.CopyFrom(authority.Issuer.RawData) },
            ValidUntil = Timestamp.FromDateTimeOffset(leaf.NotAfter.ToUniversalTime()),
        };
    }
}
