using System.Buffers.Binary;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using Linkerd.Api.VizTap;
using Linkerd.Kubernetes;

namespace Linkerd.Viz.Web.Tapping;

/// <summary>
/// Asks the tap server through the API server's aggregation, as <c>linkerd viz tap</c> does: a protobuf request, answered by messages
/// with their length in front (32 bits, little endian).
/// </summary>
internal sealed class TapServerSource(KubernetesClient client) : ITapSource
{
    private const int MaxEvent = 1024 * 1024;

    /// <inheritdoc/>
    public async IAsyncEnumerable<TapEvent> WatchAsync(TapByResourceRequest request, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var content = new ByteArrayContent(request.ToByteArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        await using var stream = await client.RawStreamAsync(HttpMethod.Post, PathOf(request), content, cancel);
        var prefix = new byte[4];
        while (await stream.ReadAtLeastAsync(prefix, prefix.Length, throwOnEndOfStream: false, cancel) == prefix.Length)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(prefix);
            if (length > MaxEvent)
                throw new InvalidDataException($"the tap server sent an event of {length} bytes; at most {MaxEvent} are taken");
            var message = new byte[length];
            await stream.ReadExactlyAsync(message, cancel);
            yield return TapEvent.Parser.ParseFrom(message);
        }
    }

    private static string PathOf(TapByResourceRequest request)
    {
        var resource = request.Target.Resource;
        const string Root = "apis/tap.linkerd.io/v1alpha1/watch/namespaces";
        return resource.Type == "namespace"
            ? $"{Root}/{Uri.EscapeDataString(resource.Name)}/tap"
            : $"{Root}/{Uri.EscapeDataString(resource.Namespace)}/{Uri.EscapeDataString(resource.Type)}s{(resource.Name.Length == 0 ? "" : "/" + Uri.EscapeDataString(resource.Name))}/tap";
    }
}
