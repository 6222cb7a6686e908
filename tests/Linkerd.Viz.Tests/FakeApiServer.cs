using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Kubernetes;

namespace Linkerd.Viz.Tests;

/// <summary>An API server that knows what it was given: answers by path, and access reviews by a rule.</summary>
internal sealed class FakeApiServer : HttpMessageHandler
{
    private readonly Dictionary<string, JsonNode> _answers = [];

    public FakeApiServer() => Client = new KubernetesClient(new KubernetesConfig { Server = new Uri("http://api.test") }, this);

    public KubernetesClient Client { get; }

    /// <summary>Whether an access review is allowed; by default nothing is.</summary>
    public Func<JsonNode, bool> Allows { get; set; } = _ => false;

    /// <summary>The specs of the reviews so far.</summary>
    public List<JsonNode> Reviews { get; } = [];

    public void Set(string path, string json) => _answers[path] = JsonNode.Parse(json)!;

    public void SetList(string path, params string[] items) =>
        _answers[path] = new JsonObject { ["kind"] = "List", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["items"] = new JsonArray([.. items.Select(i => JsonNode.Parse(i))]) };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath;
        if (path.EndsWith("/subjectaccessreviews", StringComparison.Ordinal))
        {
            var review = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!;
            Reviews.Add(review["spec"]!);
            review["status"] = new JsonObject { ["allowed"] = Allows(review["spec"]!) };
            return Answer(HttpStatusCode.Created, review);
        }

        return _answers.TryGetValue(path, out var answer)
            ? Answer(HttpStatusCode.OK, answer)
            : Answer(HttpStatusCode.NotFound, JsonNode.Parse("""{"kind":"Status","status":"Failure","reason":"NotFound","code":404,"message":"not found"}""")!);
    }

    private static HttpResponseMessage Answer(HttpStatusCode status, JsonNode json) =>
        new(status) { Content = new StringContent(json.ToJsonString(), Encoding.UTF8, "application/json") };
}
