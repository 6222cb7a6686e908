using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Linkerd.Api.Identity;
using Linkerd.Api.Services;
using Linkerd.Controller.Identity.Core;
using Linkerd.Controller.Identity.Index;
using Linkerd.Grpc;
using Linkerd.Grpc.AspNetCore;
using Linkerd.Kubernetes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Linkerd.Controller.Identity.Serve;

/// <summary>The Identity API: a certificate for whoever proves to be a service account.</summary>
internal sealed partial class IdentityService(IdentitySettings settings, IssuerStore store, Func<string, CancellationToken, Task<(string Namespace, string Name)>> validate, EventRecorder events, TimeProvider time, ILogger log)
{
    private static readonly Method<CertifyRequest, CertifyResponse> s_certify =
        Methods.Unary(IdentityApi.ServiceName, IdentityApi.Certify, CertifyRequest.Parser, CertifyResponse.Parser);

    /// <summary>Maps the API to a server.</summary>
    public void Map(IEndpointRouteBuilder endpoints) => endpoints.MapUnary(s_certify, CertifyAsync);

    /// <summary>Checks request, issuer, CSR and token, in this order, and signs.</summary>
    public async Task<CertifyResponse> CertifyAsync(CertifyRequest request, ServerCallContext call)
    {
        var signingRequest = Read(request);
        var issuer = store.Issuer ?? throw Fault(StatusCode.Unavailable, "cert issuer not ready yet");
        EnsureValid(issuer);
        try
        {
            signingRequest.Check(request.Identity);
        }
        catch (SigningRequestException e)
        {
            throw Fault(StatusCode.FailedPrecondition, e.Message);
        }

        var (ns, account) = await ValidateAsync(request.Token, call.CancellationToken);
        var found = WorkloadIdentity.Of(ns, account, settings.ControllerNamespace, settings.TrustDomain);
        if (found != request.Identity)
            throw Fault(StatusCode.FailedPrecondition, $"requested identity did not match provided token: requested={request.Identity}; found={found}");
        return Sign(issuer, signingRequest, ns, account, found);
    }

    private static SigningRequest Read(CertifyRequest request)
    {
        if (request.Identity.Length == 0)
            throw Fault(StatusCode.InvalidArgument, "missing identity");
        if (request.Token.IsEmpty)
            throw Fault(StatusCode.InvalidArgument, "missing token");
        if (request.CertificateSigningRequest.IsEmpty)
            throw Fault(StatusCode.InvalidArgument, "missing certificate signing request");
        try
        {
            return SigningRequest.Parse(request.CertificateSigningRequest.Span);
        }
        catch (CryptographicException e)
        {
            throw Fault(StatusCode.InvalidArgument, $"the certificate signing request cannot be read: {e.Message}");
        }
    }

    private void EnsureValid(Issuer issuer)
    {
        try
        {
            issuer.Verify(store.Anchors!, time.GetUtcNow());
        }
        catch (IssuerException e)
        {
            events.Invalid(e.Message);
            throw Fault(StatusCode.Unknown, e.Message);
        }
    }

    private async Task<(string Namespace, string Name)> ValidateAsync(ByteString token, CancellationToken cancel)
    {
        try
        {
            return await validate(Encoding.ASCII.GetString(token.Span).Trim(), cancel);
        }
        catch (TokenException e)
        {
            Refused(log, e.Message);
            throw Fault(e.IsInvalid ? StatusCode.InvalidArgument : StatusCode.FailedPrecondition, e.Message);
        }
        catch (KubernetesException e)
        {
            ReviewFailed(log, e.Message);
            throw Fault(StatusCode.Internal, $"error validating token for end-entity: {e.Message}");
        }
    }

    private CertifyResponse Sign(Issuer issuer, SigningRequest request, string ns, string account, string identity)
    {
        using var leaf = issuer.Sign(request, time.GetUtcNow(), settings.Lifetime, settings.ClockSkew);
        var notAfter = new DateTimeOffset(leaf.NotAfter).ToUniversalTime();
        var response = new CertifyResponse { LeafCertificate = ByteString.CopyFrom(leaf.RawData), ValidUntil = Timestamp.FromDateTimeOffset(notAfter) };
        foreach (var certificate in issuer.Chain)
            response.IntermediateCertificates.Add(ByteString.CopyFrom(certificate.RawData));
        events.Issued(ns, account, identity, notAfter);
        return response;
    }

    private static RpcException Fault(StatusCode code, string detail) => new(new Status(code, detail));

    [LoggerMessage(40, LogLevel.Information, "a token was refused: {Reason}")]
    private static partial void Refused(ILogger log, string reason);

    [LoggerMessage(41, LogLevel.Error, "a token could not be reviewed: {Reason}")]
    private static partial void ReviewFailed(ILogger log, string reason);
}
