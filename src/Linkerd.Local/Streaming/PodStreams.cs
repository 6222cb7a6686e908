using System.Net.Sockets;
using System.Text.Json.Nodes;
using Linkerd.Local.Api;
using Linkerd.Local.Schema;
using Microsoft.AspNetCore.Http;

namespace Linkerd.Local.Streaming;

/// <summary>The subresources of pods that stream: log, exec, attach.</summary>
internal sealed class PodStreams(ApiCore core, ReadOperations read)
{
    private static readonly string[] Protocols = ["v5.channel.k8s.io", "v4.channel.k8s.io", "v4.base64.channel.k8s.io", "v3.channel.k8s.io", "v2.channel.k8s.io", "channel.k8s.io"];

    public async Task LogAsync(ApiRequest request)
    {
        var runtime = Runtime();
        var pod = read.Find(request).Node;
        var now = core.Clock.GetUtcNow();
        var since = request.Number("sinceSeconds") is { } seconds ? now.AddSeconds(-Math.Clamp(seconds, 0, now.ToUnixTimeSeconds())) : (DateTimeOffset?)null;
        foreach (var name in (ReadOnlySpan<string>)["tailLines", "limitBytes", "sinceSeconds"])
            if (request.Number(name) is < 0)
                throw ApiException.Invalid("", "PodLogOptions", request.Name, [FieldError.Invalid(name, request.Query(name), "must be greater than or equal to 0")]);
        if (request.Query("sinceTime") is { Length: > 0 } time && DateTimeOffset.TryParse(time, out var parsed)) since = parsed;
        var asked = new PodLogRequest
        {
            Pod = Reference(request, pod),
            Container = Container(request, pod),
            Follow = request.Flag("follow"),
            Previous = request.Flag("previous"),
            Timestamps = request.Flag("timestamps"),
            TailLines = request.Number("tailLines"),
            LimitBytes = request.Number("limitBytes"),
            Since = since,
        };
        request.Http.Response.ContentType = "text/plain";
        try
        {
            await runtime.WriteLogsAsync(asked, new FlushingStream(request.Http.Response.Body), request.Cancellation);
        }
        catch (PodRuntimeException e)
        {
            throw Translate(request, e);
        }
        if (!request.Http.Response.HasStarted) await request.Http.Response.Body.FlushAsync(request.Cancellation);
    }

    public async Task ExecAsync(ApiRequest request, bool attach)
    {
        var runtime = Runtime();
        var pod = read.Find(request).Node;
        var command = request.Http.Request.Query["command"].OfType<string>().ToArray();
        if (!attach && command.Length == 0) throw ApiException.BadRequest("you must specify at least 1 command for the container");
        var wanted = new ExecParameters(request.Flag("stdin"), request.Flag("stdout"), request.Flag("stderr"), request.Flag("tty"));
        if (!wanted.Stdin && !wanted.Stdout && !wanted.Stderr) throw ApiException.BadRequest("you must specify at least one of stdin, stdout, stderr");
        var container = Container(request, pod);
        await using var channels = await OpenAsync(request.Http, wanted);
        var asked = new PodExecRequest
        {
            Pod = Reference(request, pod),
            Container = container,
            Command = command,
            Tty = wanted.Tty,
            Stdin = channels.Stdin,
            Stdout = channels.Stdout,
            Stderr = channels.Stderr,
            Resizes = channels.Resizes,
        };
        await channels.FinishAsync((await RunAsync(runtime, asked, attach, channels.Closed)).ToUtf8());
    }

    /// <summary>Which container is meant: the named one, the annotated one, or the only one.</summary>
    public static string Container(ApiRequest request, JsonObject pod)
    {
        var names = PodSpecs.Containers(pod.Obj("spec")).Select(c => c.Str("name") ?? "").ToList();
        var asked = request.Query("container");
        if (asked.Length > 0)
            return names.Contains(asked) ? asked : throw ApiException.BadRequest($"container {asked} is not valid for pod {request.Name}");
        var main = pod.Obj("spec").Arr("containers").Objects().Select(c => c.Str("name") ?? "").ToList();
        if (pod.Obj("metadata").Obj("annotations").Str("kubectl.kubernetes.io/default-container") is { } annotated && main.Contains(annotated)) return annotated;
        return main.Count == 1 ? main[0] : throw ApiException.BadRequest(
            $"a container name must be specified for pod {request.Name}, choose one of: [{string.Join(' ', main)}]"
            + (names.Count > main.Count ? $" or one of the init containers: [{string.Join(' ', names.Except(main))}]" : ""));
    }

    public static PodReference Reference(ApiRequest request, JsonObject pod) => new(request.Namespace, request.Name, pod.Obj("metadata").Str("uid") ?? "");

    public static ApiException Translate(ApiRequest request, PodRuntimeException error) => error.HttpStatus switch
    {
        404 => new ApiException(404, "NotFound", error.Message) { Subject = (request.Name, "", "pods") },
        400 => ApiException.BadRequest(error.Message),
        _ => ApiException.Internal(error.Message),
    };

    private IPodRuntime Runtime() => core.PodRuntime ?? throw new ApiException(501, "NotImplemented", "this API server runs no pods: start it with a pod runtime");

    private static async Task<IRemoteChannels> OpenAsync(HttpContext http, ExecParameters wanted)
    {
        if (Upgrades.IsWebSocket(http.Request))
        {
            var (socket, protocol) = await Upgrades.AcceptWebSocketAsync(http, [.. Protocols, "base64.channel.k8s.io"]);
            return new WebSocketChannels(socket, protocol, wanted);
        }
        if (!Upgrades.IsSpdy(http.Request)) throw ApiException.BadRequest("Upgrade request required");
        var (transport, version) = await Upgrades.AcceptSpdyAsync(http, "v4.channel.k8s.io", "v3.channel.k8s.io", "v2.channel.k8s.io", "channel.k8s.io");
        return await SpdyChannels.OpenAsync(transport, wanted, version is "v4.channel.k8s.io" or "v3.channel.k8s.io");
    }

    private static async Task<JsonObject> RunAsync(IPodRuntime runtime, PodExecRequest asked, bool attach, CancellationToken closed)
    {
        try
        {
            if (attach)
            {
                await runtime.AttachAsync(asked, closed);
                return Success();
            }
            var code = await runtime.ExecAsync(asked, closed);
            return code == 0 ? Success() : Failure($"command terminated with non-zero exit code: exit status {code}", "NonZeroExitCode", new StatusCause("ExitCode", code.ToString(), ""));
        }
        catch (PodRuntimeException e)
        {
            return Failure(e.Message, "InternalError", null);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException)
        {
            return Failure("the connection to the client ended: " + e.Message, "InternalError", null);
        }
    }

    private static JsonObject Success() => new() { ["metadata"] = new JsonObject(), ["status"] = "Success" };

    private static JsonObject Failure(string message, string reason, StatusCause? cause) =>
        new ApiException(500, reason, message) { Causes = cause is { } one ? [one] : [] }.ToStatus();
}
