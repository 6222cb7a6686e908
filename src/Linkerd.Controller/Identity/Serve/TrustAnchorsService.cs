using Google.Protobuf;
using Linkerd.Api.Services;
using Linkerd.Api.TrustAnchors;
using Linkerd.Controller.Identity.Core;
using Linkerd.Controller.Identity.Index;
using Linkerd.Grpc;
using Linkerd.Grpc.AspNetCore;
using Microsoft.AspNetCore.Routing;

namespace Linkerd.Controller.Identity.Serve;

/// <summary>The trust anchors as a stream, so that proxies follow a rotation without a restart.</summary>
internal sealed class TrustAnchorsService(IssuerStore store)
{
    private static readonly Method<WatchRequest, TrustBundle> s_watch =
        Methods.ServerStreaming(TrustAnchorsApi.ServiceName, TrustAnchorsApi.Watch, WatchRequest.Parser, TrustBundle.Parser);

    /// <summary>Signing requests a second that a change of the issuer may cause; each also costs the API server a TokenReview.</summary>
    private const int RenewalsPerSecond = 20;

    /// <summary>Longest time over which they are spread, in seconds.</summary>
    private const int LongestSpread = 600;

    /// <summary>Maps the API to a server.</summary>
    public void Map(IEndpointRouteBuilder endpoints) => endpoints.MapServerStreaming(s_watch, WatchAsync);

    /// <summary>Sends what is in force, unless the client has it, and everything that follows.</summary>
    public async Task WatchAsync(WatchRequest request, IServerStreamWriter<TrustBundle> stream, ServerCallContext call)
    {
        var mailbox = new Mailbox<Trust>();
        using var subscription = store.Subscribe(mailbox.Offer);
        var known = request.KnownVersion;
        await StreamLoop.RunAsync(mailbox, call, async trust =>
        {
            if (trust.Version == known)
                return;
            known = trust.Version;
            var bundle = new TrustBundle
            {
                Pem = trust.Anchors.Pem,
                Version = trust.Version,
                Issuer = ByteString.CopyFrom(trust.Issuer),
                RenewWithinSeconds = (uint)Math.Min(LongestSpread, 1 + (store.Listeners / RenewalsPerSecond)),
            };
            bundle.Anchors.AddRange(trust.Anchors.Certificates.Select(static c => ByteString.CopyFrom(c.RawData)));
            await stream.WriteAsync(bundle, call.CancellationToken);
        });
    }
}
