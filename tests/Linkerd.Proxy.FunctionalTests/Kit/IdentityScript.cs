using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Linkerd.Api.Identity;
using Linkerd.Api.Services;
using Linkerd.Grpc;
using Linkerd.Grpc.AspNetCore;
using Microsoft.AspNetCore.Routing;

namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>Signs whatever is asked for. A scenario sets how long certificates live.</summary>
internal sealed class IdentityScript(MeshAuthority authority)
{
    private static readonly Method<CertifyRequest, CertifyResponse> s_certify =
        Methods.Unary(IdentityApi.ServiceName, IdentityApi.Certify, CertifyRequest.Parser, CertifyResponse.Parser);

    /// <summary>Of certificates to come. Default 1 day.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Fails requests while set.</summary>
    public Status? Failure { get; set; }

    /// <summary>Certificates signed, by identity.</summary>
    public ConcurrentDictionary<string, int> Signed { get; } = new();

    public void Map(IEndpointRouteBuilder endpoints) => endpoints.MapUnary(s_certify, (request, _) =>
    {
        if (Failure is { } failure)
            throw new RpcException(failure);
        var now = DateTimeOffset.UtcNow;
        using var leaf = authority.Sign(request.CertificateSigningRequest.ToByteArray(), now.AddSeconds(-20), now + Lifetime);
        Signed.AddOrUpdate(request.Identity, 1, (_, count) => count + 1);
        return Task.FromResult(new CertifyResponse
        {
            LeafCertificate = ByteString.CopyFrom(leaf.RawData),
            IntermediateCertificates = { ByteString.CopyFrom(authority.Issuer.RawData) },
            ValidUntil = Timestamp.FromDateTimeOffset(leaf.NotAfter.ToUniversalTime()),
        });
    });
}
