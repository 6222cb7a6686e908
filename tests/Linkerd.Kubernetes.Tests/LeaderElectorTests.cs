using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Testing;

namespace Linkerd.Kubernetes.Tests;

public sealed class LeaderElectorTests : IDisposable
{
    private readonly LeaseServer _server = new();

    public void Dispose() => _server.Dispose();

    private static LeaderElectionOptions Options(string identity, TimeSpan? duration = null) => new()
    {
        Namespace = "ns",
        Name = "lock",
        Identity = identity,
        RetryPeriod = TimeSpan.FromMilliseconds(5),
        LeaseDuration = duration ?? TimeSpan.FromSeconds(30),
        RenewGrace = TimeSpan.FromMilliseconds(200),
    };

    private LeaderElector Elector(LeaderElectionOptions options) =>
        new(new KubernetesClient(new KubernetesConfig { Server = new Uri("http://leases/") }, _server), options);

    [Fact]
    public async Task One_leads_and_the_next_takes_over_what_it_gives_up()
    {
        using var stopOne = new CancellationTokenSource();
        using var stopTwo = new CancellationTokenSource();
        var (one, two) = (Elector(Options("one")), Elector(Options("two")));
        var first = one.RunAsync(static c => Task.Delay(Timeout.Infinite, c), stopOne.Token);
        await Eventually.TrueAsync(() => one.IsLeader);
        var renewals = _server.Writes;
        var second = two.RunAsync(static c => Task.Delay(Timeout.Infinite, c), stopTwo.Token);
        await Eventually.TrueAsync(() => _server.Writes > renewals + 2);
        Assert.False(two.IsLeader);
        await stopOne.CancelAsync();
        await first;
        await Eventually.TrueAsync(() => two.IsLeader);
        Assert.Equal(("two", 1), (_server.Holder, _server.Transitions));
        await stopTwo.CancelAsync();
        await second;
        Assert.Equal("", _server.Holder);
    }

    [Fact]
    public async Task A_leader_that_cannot_renew_stops_before_others_may_begin()
    {
        using var stop = new CancellationTokenSource();
        var elector = Elector(Options("one", TimeSpan.FromSeconds(1)));
        var ended = new TaskCompletionSource();
        var run = elector.RunAsync(
            async c =>
            {
                try
                {
                    await Task.Delay(Timeout.Infinite, c);
                }
                finally
                {
                    ended.TrySetResult();
                }
            },
            stop.Token);
        await Eventually.TrueAsync(() => elector.IsLeader);
        _server.IsAway = true;
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(20));
        _server.IsAway = false;
        await Eventually.TrueAsync(() => elector.IsLeader);
        await stop.CancelAsync();
        await run;
    }

    [Fact]
    public async Task A_lease_that_nobody_renews_is_taken_over()
    {
        _server.Put("""{"metadata":{"name":"lock","namespace":"ns"},"spec":{"holderIdentity":"ghost","leaseDurationSeconds":1,"leaseTransitions":4}}""");
        using var stop = new CancellationTokenSource();
        var elector = Elector(Options("one"));
        var run = elector.RunAsync(static c => Task.Delay(Timeout.Infinite, c), stop.Token);
        await Eventually.TrueAsync(() => elector.IsLeader);
        Assert.Equal(("one", 5), (_server.Holder, _server.Transitions));
        await stop.CancelAsync();
        await run;
    }

    /// <summary>One Lease in memory, with versions and conflicts.</summary>
    private sealed class LeaseServer : HttpMessageHandler
    {
        private readonly Lock _lock = new();
        private JsonObject? _lease;
        private int _version;

        public volatile bool IsAway;

        public int Writes { get; private set; }

        public string? Holder => _lease?["spec"]?["holderIdentity"]?.ToString();

        public int Transitions => (int)_lease!["spec"]!["leaseTransitions"]!;

        public void Put(string json)
        {
            _lease = JsonNode.Parse(json)!.AsObject();
            _lease["metadata"]!["resourceVersion"] = $"{++_version}";
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (IsAway)
                throw new HttpRequestException("connection refused");
            var body = request.Content is null ? null : await request.Content.ReadAsStringAsync(cancellationToken);
            lock (_lock)
                return Answer(request.Method, body);
        }

        private HttpResponseMessage Answer(HttpMethod method, string? body)
        {
            if (body is null)
                return _lease is null ? Json(Say.Status(404, "NotFound"), HttpStatusCode.NotFound) : Json(_lease.ToJsonString());
            if (method == HttpMethod.Post && _lease is not null)
                return Json(Say.Status(409, "AlreadyExists"), HttpStatusCode.Conflict);
            if (method == HttpMethod.Put && JsonNode.Parse(body)!["metadata"]!["resourceVersion"]?.ToString() != $"{_version}")
                return Json(Say.Status(409, "Conflict"), HttpStatusCode.Conflict);
            Writes++;
            Put(body);
            return Json(_lease!.ToJsonString());
        }

        private static HttpResponseMessage Json(string json, HttpStatusCode status = HttpStatusCode.OK) =>
            new(status) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
    }
}
