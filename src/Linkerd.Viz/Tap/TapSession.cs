using System.Net;
using System.Threading.Channels;
using Linkerd.Api.Services;
using Linkerd.Api.VizTap;
using Linkerd.Grpc;
using Linkerd.Grpc.AspNetCore;
using Linkerd.Kubernetes.Models;
using ObserveRequest = Linkerd.Api.Tap.ObserveRequest;
using ProxyEvent = Linkerd.Api.Tap.TapEvent;

namespace Linkerd.Viz.Tap;

/// <summary>One tap: every pod is observed at once, a second at a time, so that the rate asked for holds in every second.</summary>
internal sealed class TapSession(TapEvents events, TapSettings settings, TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private static readonly Method<ObserveRequest, ProxyEvent> s_observe =
        Methods.ServerStreaming(TapApi.ServiceName, TapApi.Observe, ObserveRequest.Parser, ProxyEvent.Parser);

    private readonly Channel<TapEvent> _queue = Channel.CreateBounded<TapEvent>(
        new BoundedChannelOptions(TapSettings.MaxQueuedEvents) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>Events as they come, until cancelled. A pod that cannot be observed is tried again; when none ever could be, that ends the tap.</summary>
    /// <exception cref="TapException">No pod could be observed; the message names why.</exception>
    public async IAsyncEnumerable<TapEvent> RunAsync(
        IReadOnlyList<Pod> pods, TapByResourceRequest request, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        var rps = request.MaxRps > 0 ? Math.Min(request.MaxRps, TapSettings.HighestMaxRps) : TapSettings.DefaultMaxRps;
        var observe = new ObserveRequest
        {
            Limit = (uint)Math.Max(1, Math.Round(rps / pods.Count)),
            Match = TapMatches.Of(request.Match),
        };
        if (request.Extract?.Http?.Headers is not null)
        {
            observe.Extract = new ObserveRequest.Types.Extract
            {
                Http = new ObserveRequest.Types.Extract.Types.Http { Headers = new ObserveRequest.Types.Extract.Types.Http.Types.Headers() },
            };
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var failures = 0;
        var observers = pods.Select(pod => ObserveAsync(pod, observe, error =>
        {
            // As long as one pod tells, the others' troubles are theirs.
            if (Interlocked.Increment(ref failures) == pods.Count)
                _queue.Writer.TryComplete(new TapException(503, error));
        }, stop.Token)).ToArray();
        try
        {
            await foreach (var item in _queue.Reader.ReadAllAsync(cancel))
                yield return item;
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(observers);
        }
    }

    private async Task ObserveAsync(Pod pod, ObserveRequest request, Action<string> failed, CancellationToken cancel)
    {
        var host = IPAddress.Parse(pod.Status!.PodIP!);
        var address = new UriBuilder("http", host.ToString(), settings.ControlPort).Uri;
        using var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { UserAgent = "linkerd-viz-tap" });
        var everWorked = false;
        try
        {
            while (!cancel.IsCancellationRequested)
            {
                var started = time.GetTimestamp();
                var error = await ObserveOnceAsync(channel, request, IdentityOf(pod), cancel);
                if (error is null)
                    everWorked = true;
                else if (!everWorked)
                    failed($"{pod.Metadata.Namespace}/{pod.Metadata.Name}: {error}");
                var rest = error is null ? Window - time.GetElapsedTime(started) : RetryAfter;
                if (rest > TimeSpan.Zero)
                    await Task.Delay(rest, time, cancel);
                if (error is not null && !everWorked)
                    return;
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
        }
    }

    private async Task<string?> ObserveOnceAsync(GrpcChannel channel, ObserveRequest request, string identity, CancellationToken cancel)
    {
        try
        {
            // The proxy beside this process speaks mTLS to the pod's, and takes no other identity for it.
            var headers = new Metadata { { "l5d-require-id", identity } };
            using var call = channel.AsyncServerStreamingCall(s_observe, new CallOptions { Headers = headers, CancellationToken = cancel }, request);
            while (await call.ResponseStream.MoveNext(cancel))
                _queue.Writer.TryWrite(events.Of(call.ResponseStream.Current));
            return null;
        }
        catch (RpcException e) when (!cancel.IsCancellationRequested)
        {
            return e.Status.Detail.Length == 0 ? e.Status.StatusCode.ToString() : e.Status.Detail;
        }
        catch (RpcException)
        {
            throw new OperationCanceledException(cancel);
        }
    }

    private string IdentityOf(Pod pod)
    {
        var account = pod.Spec?.ServiceAccountName is { Length: > 0 } name ? name : "default";
        return $"{account}.{pod.Metadata.Namespace}.serviceaccount.identity.{settings.ControlPlaneNamespace}.{settings.TrustDomain}";
    }
}
