using System.Buffers.Binary;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Linkerd.Api.Viz;
using Linkerd.Api.VizTap;
using Linkerd.Kubernetes;
using Linkerd.Stats.Reports;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;

namespace Linkerd.Viz.Tap;

/// <summary>
/// The aggregated API <c>tap.linkerd.io/v1alpha1</c>. A tap answers frames: a length of four octets, little endian, and a message.
/// A refusal has its sentence in an <c>ApiError</c> frame and in the header <c>linkerd-error</c>.
/// </summary>
internal sealed partial class TapEndpoint(
    RequestHeaderAuth auth, TapTargets targets, TapEvents events, TapSettings settings, KubernetesClient client, MetricFamily taps, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan FlushAfter = TimeSpan.FromMilliseconds(100);
    private int _running;

    /// <summary>Answers a request.</summary>
    public async Task AnswerAsync(HttpContext http)
    {
        try
        {
            var path = http.Request.Path.Value ?? "";
            if (TapDiscovery.Answer(path) is { } document)
            {
                http.Response.ContentType = "application/json";
                await http.Response.WriteAsync(document.ToJsonString(), http.RequestAborted);
                return;
            }

            var target = TapPath.Parse(path) ?? throw new TapException(404, "unknown path: taps are POST " + TapPath.Root + "/watch/namespaces/NAMESPACE[/RESOURCE/NAME]/tap");
            if (!(HttpMethods.IsPost(http.Request.Method) && target.IsTap) && !(HttpMethods.IsGet(http.Request.Method) && !target.IsTap))
                throw new TapException(405, $"method {http.Request.Method} is not allowed here: POST to …/tap, or GET without it");
            await TapAsync(http, target);
        }
        catch (TapException e)
        {
            await RefuseAsync(http, e.Status, e.Message);
        }
        catch (KubernetesException e)
        {
            await RefuseAsync(http, StatusCodes.Status503ServiceUnavailable, "the Kubernetes API server could not be asked: " + e.Message);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The user has seen enough.
        }
    }

    private async Task TapAsync(HttpContext http, TapPath path)
    {
        var user = await auth.AuthenticateAsync(http);
        await user.RequireAsync(client, path, http.RequestAborted);
        var request = HttpMethods.IsGet(http.Request.Method) ? new TapByResourceRequest() : await ReadAsync(http);
        RequireSame(path, request.Target?.Resource);
        _ = TapMatches.Of(request.Match);
        var pods = await targets.FindAsync(path.Target, request.Target?.LabelSelector ?? "", http.RequestAborted);
        if (Interlocked.Increment(ref _running) > TapSettings.MaxTaps)
        {
            Interlocked.Decrement(ref _running);
            throw new TapException(StatusCodes.Status429TooManyRequests, $"{TapSettings.MaxTaps} taps are under way; try again when one has ended");
        }

        try
        {
            taps.With(path.Resource).Add();
            Started(log, user.Name, path.Resource, path.Target.Namespace, path.Target.Name ?? "*", pods.Count);
            await StreamAsync(http, new TapSession(events, settings, time).RunAsync(pods, request, http.RequestAborted));
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private static async Task<TapByResourceRequest> ReadAsync(HttpContext http)
    {
        // The length may be missing; what is read is bounded all the same.
        using var body = new FileBufferingReadStream(http.Request.Body, TapSettings.MaxRequestBytes, TapSettings.MaxRequestBytes, Path.GetTempPath());
        try
        {
            using var copy = new MemoryStream();
            await body.CopyToAsync(copy, http.RequestAborted);
            return TapByResourceRequest.Parser.ParseFrom(copy.ToArray());
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new TapException(StatusCodes.Status400BadRequest, "the body is not a TapByResourceRequest: " + e.Message);
        }
        catch (Exception e) when (e is IOException or BadHttpRequestException && !http.RequestAborted.IsCancellationRequested)
        {
            throw new TapException(StatusCodes.Status413PayloadTooLarge, $"the body is larger than {TapSettings.MaxRequestBytes} bytes");
        }
    }

    // What was authorised is the path: a body that names something else would get around it.
    private static void RequireSame(TapPath path, Resource? body)
    {
        if (body is null)
            return;
        var target = path.Target;
        var isNamespace = target.Kind.Name == "namespace";
        var same = ResourceKind.Find(body.Type) == target.Kind && body.Name == (target.Name ?? "") && (isNamespace || body.Namespace == target.Namespace);
        if (!same)
            throw new TapException(StatusCodes.Status400BadRequest, $"the body asks for {body.Type}/{body.Name} in {body.Namespace}, the path for something else");
    }

    private static async Task StreamAsync(HttpContext http, IAsyncEnumerable<TapEvent> source)
    {
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        http.Response.ContentType = "application/octet-stream";
        await http.Response.StartAsync(http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
        var writer = http.Response.BodyWriter;
        var flushed = Environment.TickCount64;
        await using var reader = source.GetAsyncEnumerator(http.RequestAborted);
        var next = reader.MoveNextAsync();
        while (true)
        {
            if (!next.IsCompleted || Environment.TickCount64 - flushed >= FlushAfter.TotalMilliseconds)
            {
                await writer.FlushAsync(http.RequestAborted);
                flushed = Environment.TickCount64;
            }

            if (!await next)
                return;
            Write(writer, reader.Current);
            next = reader.MoveNextAsync();
        }
    }

    private static void Write(System.IO.Pipelines.PipeWriter writer, IMessage message)
    {
        var size = message.CalculateSize();
        var span = writer.GetSpan(sizeof(uint) + size);
        BinaryPrimitives.WriteUInt32LittleEndian(span, (uint)size);
        message.WriteTo(span.Slice(sizeof(uint), size));
        writer.Advance(sizeof(uint) + size);
    }

    private async Task RefuseAsync(HttpContext http, int status, string message)
    {
        Refused(log, http.Request.Path.Value ?? "", status, message);
        if (!http.Response.HasStarted)
        {
            http.Response.StatusCode = status;
            http.Response.ContentType = "application/octet-stream";
            http.Response.Headers["linkerd-error"] = Printable(message);
        }

        Write(http.Response.BodyWriter, new ApiError { Error = message });
        await http.Response.BodyWriter.FlushAsync(CancellationToken.None);
    }

    private static string Printable(string message) => string.Concat(message.Select(static c => c is >= ' ' and <= '~' ? c : '?'));

    [LoggerMessage(1, LogLevel.Information, "{User} taps {Resource} {Namespace}/{Name}: {Pods} pods")]
    private static partial void Started(ILogger log, string user, string resource, string @namespace, string name, int pods);

    [LoggerMessage(2, LogLevel.Information, "refused {Path}: {Status} {Reason}")]
    private static partial void Refused(ILogger log, string path, int status, string reason);
}
