using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Linkerd.Controller.Tests.Injector;

/// <summary>An API server of fixed answers by path; what is posted is kept.</summary>
internal sealed class ScriptedKubernetes : HttpMessageHandler
{
    public Dictionary<string, string> Answers { get; } = [];

    /// <summary>Paths that are answered with 503.</summary>
    public HashSet<string> Refused { get; } = [];

    public ConcurrentQueue<(string Method, string Path, JsonObject Body)> Writes { get; } = [];

    public ConcurrentQueue<string> Reads { get; } = [];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath;
        if (request.Content is not null)
        {
            var body = (JsonObject)JsonNode.Parse(await request.Content.ReadAsStringAsync(cancellationToken))!;
            Writes.Enqueue((request.Method.Method, path, body));
            return Answer(HttpStatusCode.OK, body.ToJsonString());
        }
        Reads.Enqueue(path);
        if (Refused.Contains(path))
            return Answer(HttpStatusCode.ServiceUnavailable, """{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"ServiceUnavailable","code":503,"message":"starting"}""");
        return Answers.TryGetValue(path, out var answer)
            ? Answer(HttpStatusCode.OK, answer)
            : Answer(HttpStatusCode.NotFound, """{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404,"message":"not found"}""");
    }

    private static HttpResponseMessage Answer(HttpStatusCode code, string json) => new(code) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
}
