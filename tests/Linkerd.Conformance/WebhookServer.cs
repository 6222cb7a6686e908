using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Linkerd.Conformance;

/// <summary>Admission webhooks with fixed behaviours, one a path; on this machine's loopback, where the API server under test runs too.</summary>
public sealed class WebhookServer : IAsyncDisposable
{
    private readonly TestAuthority _authority = new();
    private WebApplication? _app;

    public string Url { get; private set; } = "";

    public string CaBundle => Convert.ToBase64String(Encoding.UTF8.GetBytes(_authority.Pem));

    public async Task StartAsync()
    {
        var leaf = _authority.Issue("localhost").Certificate;
        var certificate = X509CertificateLoader.LoadPkcs12(leaf.Export(X509ContentType.Pkcs12), null);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.UseHttps(certificate)));
        _app = builder.Build();
        _app.Run(HandleAsync);
        await _app.StartAsync();
        Url = "https://localhost:" + new Uri(_app.Urls.First()).Port;
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
        _authority.Dispose();
    }

    private static async Task HandleAsync(HttpContext http)
    {
        var review = (await JsonNode.ParseAsync(http.Request.Body))!;
        var request = review["request"]!;
        var response = new JsonObject { ["uid"] = request["uid"]!.DeepClone(), ["allowed"] = true };
        var hasLabels = request["object"]?["metadata"]?["labels"] is not null;
        switch (http.Request.Path.Value)
        {
            case "/label":
                Patch(response, hasLabels ? [] : [("/metadata/labels", "{}")], ("/metadata/labels/seen", "\"yes\""));
                break;
            case "/count":
                var count = int.Parse(request["object"]?["data"]?["count"]?.ToString() ?? "0") + 1;
                Patch(response, [], ("/data/count", $"\"{count}\""));
                break;
            case "/echo":
                Patch(response, [], ("/data/operation", $"\"{request["operation"]}\""), ("/data/user", $"\"{request["userInfo"]!["username"]}\""), ("/data/resource", $"\"{request["resource"]!["resource"]}\""),
                    ("/data/dryRun", $"\"{request["dryRun"]}\""));
                break;
            case "/invalid":
                Patch(response, [], ("/data/bad~1key", "\"x\""));
                break;
            case "/deny":
                response["allowed"] = false;
                response["status"] = new JsonObject { ["message"] = "not on my watch", ["code"] = 403 };
                break;
            case "/teapot":
                response["allowed"] = false;
                response["status"] = new JsonObject { ["message"] = "short and stout", ["code"] = 418, ["reason"] = "Teapot" };
                break;
            case "/warn":
                response["warnings"] = new JsonArray("mind the gap");
                break;
            case "/broken":
                http.Response.StatusCode = 500;
                return;
        }
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(new JsonObject { ["kind"] = "AdmissionReview", ["apiVersion"] = review["apiVersion"]!.DeepClone(), ["response"] = response }.ToJsonString());
    }

    private static void Patch(JsonObject response, (string Path, string Json)[] before, params (string Path, string Json)[] adds)
    {
        var patch = new JsonArray();
        foreach (var (path, json) in before.Concat(adds)) patch.Add((JsonNode)new JsonObject { ["op"] = "add", ["path"] = path, ["value"] = JsonNode.Parse(json) });
        response["patchType"] = "JSONPatch";
        response["patch"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(patch.ToJsonString()));
    }
}
