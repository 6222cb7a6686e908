using System.Buffers.Binary;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using Linkerd.Api.Viz;
using Linkerd.Api.VizTap;
using Linkerd.Kubernetes;
using Linkerd.Stats.Reports;

namespace Linkerd.Cli.Commands.Viz.Tap;

/// <summary>Asks the cluster's tap API, through the API server.</summary>
internal static class TapClient
{
    private const string Media = "application/octet-stream";
    private const int MaxFrameBytes = 4 * 1024 * 1024;

    /// <summary>Events as they come, until cancelled or until the server ends them.</summary>
    /// <exception cref="CliException">The tap is refused, or is not to be had in this cluster.</exception>
    public static async IAsyncEnumerable<TapEvent> RunAsync(KubernetesClient client, TapByResourceRequest request, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var body = new ByteArrayContent(request.ToByteArray());
        body.Headers.ContentType = new MediaTypeHeaderValue(Media);
        await using var stream = await OpenAsync(client, PathOf(request.Target.Resource), body, cancel);
        while (await FrameAsync(stream, cancel) is { } frame)
            yield return Event(frame);
    }

    private static async Task<Stream> OpenAsync(KubernetesClient client, string path, HttpContent body, CancellationToken cancel)
    {
        try
        {
            return await client.RawStreamAsync(System.Net.Http.HttpMethod.Post, path, body, cancel);
        }
        catch (KubernetesException e) when (!e.IsUnreachable)
        {
            throw new CliException(Refusal(e), e);
        }
    }

    // A tap that fails once its answer has begun ends with an error in place of an event. Events are always of HTTP.
    private static TapEvent Event(byte[] frame)
    {
        TapEvent? tap = null;
        try
        {
            tap = TapEvent.Parser.ParseFrom(frame);
            if (tap.Http is not null)
                return tap;
        }
        catch (InvalidProtocolBufferException)
        {
            // Perhaps an error; what it is not either is said below.
        }

        try
        {
            if (ApiError.Parser.ParseFrom(frame).Error is { Length: > 0 } error)
                throw new CliException(error);
        }
        catch (InvalidProtocolBufferException)
        {
            // Neither of them.
        }

        return tap ?? throw new CliException("the tap service answered something that is no tap event");
    }

    private static string PathOf(Resource resource)
    {
        const string root = "apis/tap.linkerd.io/v1alpha1/watch/namespaces/";
        if (resource.Type == "namespace")
            return $"{root}{Uri.EscapeDataString(resource.Name)}/tap";
        var name = resource.Name.Length == 0 ? "" : "/" + Uri.EscapeDataString(resource.Name);
        return $"{root}{Uri.EscapeDataString(resource.Namespace)}/{ResourceKind.Find(resource.Type)!.Plural}{name}/tap";
    }

    private static string Refusal(KubernetesException e) => e switch
    {
        { Reason: KubernetesException.ExtensionError } => e.Message,
        { Code: 404 } => "this cluster has no tap service (nothing serves the API tap.linkerd.io): install it with `linkerd viz install | kubectl apply -f -`, then restart the pods to tap",
        { Code: 503 } => $"the tap service does not answer: {e.Message}; look at its pods with: kubectl -n linkerd-viz get pods -l component=tap",
        _ => $"tap was refused with HTTP {e.Code}: {e.Message}",
    };

    private static async Task<byte[]?> FrameAsync(Stream stream, CancellationToken cancel)
    {
        var head = new byte[sizeof(uint)];
        var read = await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancel);
        if (read == 0)
            return null;
        var length = BinaryPrimitives.ReadUInt32LittleEndian(head);
        if (read < head.Length || length > MaxFrameBytes)
            throw new CliException($"the tap service answered something that is no tap event ({length} bytes)");
        var frame = new byte[length];
        await stream.ReadExactlyAsync(frame, cancel);
        return frame;
    }
}
