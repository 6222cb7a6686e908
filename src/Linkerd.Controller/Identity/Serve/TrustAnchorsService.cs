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

    /// <summary>Maps the API to a server.</summary>
    public void Map(IEndpointRouteBuilder endpoints) => endpoints.MapServerStreaming(s_watch, WatchAsync);

    /// <summary>Sends the anchors in force, unless the client has them, and every set that follows.</summary>
    public async Task WatchAsync(WatchRequest request, IServerStreamWriter<TrustBundle> stream, ServerCallContext call)
    {
        var mailbox = new Mailbox<TrustAnchors>();
        using var subscription = store.Subscribe(mailbox.Offer);
        var known = request.KnownVersion;
        await StreamLoop.RunAsync(mailbox, call, async anchors =>
        {
            if (anchors.Version == known)
                return;
            known = anchors.Version;
            var bundle = new TrustBundle { Pem = anchors.Pem, Version = anchors.Version };
            bundle.Anchors.AddRange(anchors.Certificates.Select(static c => ByteString.CopyFrom(c.RawData)));
            await stream.WriteAsync(bundle, call.CancellationToken);
        });
    }
}
