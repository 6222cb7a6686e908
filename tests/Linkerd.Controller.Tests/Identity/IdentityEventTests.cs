using System.Text.Json.Nodes;
using Linkerd.Controller.Identity.Index;
using Linkerd.Controller.Tests.Injector;
using Linkerd.Kubernetes;
using Linkerd.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linkerd.Controller.Tests.Identity;

/// <summary>What the identity controller tells people, as Kubernetes events, and how long its issuer lasts.</summary>
public sealed class IdentityEventTests : IDisposable
{
    private readonly IdentityFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task An_issuer_that_comes_changes_or_cannot_be_used_is_told_on_the_Deployment()
    {
        var api = new ScriptedKubernetes();
        using var client = new KubernetesClient(new KubernetesConfig { Server = new Uri("http://kubernetes/") }, api);
        var events = new EventRecorder(client, "mesh", TimeProvider.System, NullLogger.Instance);
        using var stop = new CancellationTokenSource();
        var running = events.RunAsync(stop.Token);
        var store = new IssuerStore(_fixture.Files, TimeProvider.System, events);

        store.Reload();
        await Told(api, 1, "IssuerValidationFailed", "Warning");
        // The first good one is no news: it is what everybody expects.
        using var first = _fixture.WriteIssuer();
        store.Reload();
        using var second = _fixture.WriteIssuer();
        store.Reload();
        var updated = await Told(api, 2, "IssuerUpdated", "Normal");
        File.WriteAllText(_fixture.Files.Certificate, "garbage");
        store.Reload();
        await Told(api, 3, "IssuerUpdateSkipped", "Warning");
        events.Invalid("it has expired");
        await Told(api, 4, "IssuerValidationFailed", "Warning");
        events.Issued("shop", "web", IdentityFixture.Name, DateTimeOffset.UnixEpoch);
        var issued = await Told(api, 5, "IssuedLeafCertificate", "Normal");

        Assert.Equal("Deployment mesh/linkerd-identity", About(updated));
        Assert.Equal("ServiceAccount shop/web", About(issued));
        Assert.Equal($"issued certificate for {IdentityFixture.Name} until 1970-01-01 00:00:00 +0000 UTC", issued["message"]!.GetValue<string>());
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public void The_time_that_the_issuer_lasts_is_known()
    {
        Assert.Equal(0, _fixture.Store.TimeToLive);
        using var issuer = _fixture.WriteIssuer(TimeSpan.FromDays(2));

        _fixture.Store.Reload();

        Assert.InRange(_fixture.Store.TimeToLive, (2 * 86400) - 120, 2 * 86400);
    }

    private static async Task<JsonObject> Told(ScriptedKubernetes api, int count, string reason, string type)
    {
        await Eventually.TrueAsync(() => api.Writes.Count == count, $"event {count}");
        var (_, path, body) = api.Writes.Last();
        Assert.EndsWith("/events", path, StringComparison.Ordinal);
        Assert.Equal((reason, type), (body["reason"]!.GetValue<string>(), body["type"]!.GetValue<string>()));
        return body;
    }

    private static string About(JsonObject told) => $"{told["involvedObject"]!["kind"]} {told["involvedObject"]!["namespace"]}/{told["involvedObject"]!["name"]}";
}
