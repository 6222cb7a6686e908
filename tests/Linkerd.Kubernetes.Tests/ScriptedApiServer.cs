using System.IO.Pipelines;
using System.Net;
using System.Text;
using System.Threading.Channels;

namespace Linkerd.Kubernetes.Tests;

/// <summary>An API server that answers from a script: every request waits in a queue until the test takes and answers it.</summary>
internal sealed class ScriptedApiServer : HttpMessageHandler
{
    private readonly Channel<ScriptedRequest> _requests = Channel.CreateUnbounded<ScriptedRequest>();

    public KubernetesClient Client(TimeSpan? timeout = null) =>
        new(new KubernetesConfig { Server = new Uri("http://scripted/") }, this) { RequestTimeout = timeout ?? TimeSpan.FromSeconds(30) };

    public async Task<ScriptedRequest> NextAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await _requests.Reader.ReadAsync(limit.Token);
    }

    public bool HasRequest => _requests.Reader.TryPeek(out _);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var scripted = new ScriptedRequest(request, body);
        await _requests.Writer.WriteAsync(scripted, cancellationToken);
        return await scripted.Answer.Task.WaitAsync(cancellationToken);
    }
}

/// <summary>A request that waits for its answer.</summary>
internal sealed class ScriptedRequest(HttpRequestMessage request, string body)
{
    public TaskCompletionSource<HttpResponseMessage> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public HttpMethod Method { get; } = request.Method;

    public string Path { get; } = request.RequestUri!.AbsolutePath;

    public string Query { get; } = Uri.UnescapeDataString(request.RequestUri!.Query);

    public string Body { get; } = body;

    public string? ContentType { get; } = request.Content?.Headers.ContentType?.MediaType;

    public string? Authorization { get; } = request.Headers.Authorization?.ToString();

    public bool IsWatch => Query.Contains("watch=true", StringComparison.Ordinal);

    public void Reply(string json, HttpStatusCode status = HttpStatusCode.OK) =>
        Answer.SetResult(new HttpResponseMessage(status) { Content = new StringContent(json, Encoding.UTF8, "application/json") });

    /// <summary>Begins a body that the test writes bit by bit; completing the pipe ends it.</summary>
    public PipeWriter Stream()
    {
        var pipe = new Pipe();
        Answer.SetResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(pipe.Reader.AsStream()) });
        return pipe.Writer;
    }
}

/// <summary>Short forms of what a server says.</summary>
internal static class Say
{
    public static string Pod(string name, string version, string ip = "10.0.0.1") =>
        $$"""{"kind":"Pod","apiVersion":"v1","metadata":{"name":"{{name}}","namespace":"ns","resourceVersion":"{{version}}"},"status":{"podIP":"{{ip}}" },"unknown":{"x":[1]} }""";

    public static string List(string version, string next, params string[] items) =>
        $$"""{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"{{version}}","continue":"{{next}}" },"items":[{{string.Join(',', items)}}]}""";

    public static string Status(int code, string reason, string message = "no") =>
        $$"""{"kind":"Status","apiVersion":"v1","status":"Failure","message":"{{message}}","reason":"{{reason}}","code":{{code}}}""";

    public static string Event(string type, string item) => "{\"type\":\"" + type + "\",\"object\":" + item + "}\n";

    public static async Task SayAsync(this PipeWriter writer, string text)
    {
        await writer.WriteAsync(Encoding.UTF8.GetBytes(text));
    }
}
