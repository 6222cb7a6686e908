using System.Text;
using System.Text.RegularExpressions;
using Linkerd.Http;
using Linkerd.Net;
using Linkerd.Proxy.Stack;
using Linkerd.Proxy.Tests.Http;

namespace Linkerd.Proxy.Tests.Smuggling;

/// <summary>
/// What the proxy makes of ambiguous requests is read by nginx and by node as exactly the requests that the proxy counted. Each request goes on over a
/// connection of its own here, so that one which is more or less than one request shows.
/// </summary>
public sealed partial class DifferentialTests(ForeignServers foreign) : IClassFixture<ForeignServers>
{
    [Theory]
    [InlineData("one proxy")]
    [InlineData("two meshed proxies")]
    public async Task Nobody_behind_the_proxy_sees_other_requests_than_it_counted(string shape)
    {
        using var mesh = new HttpMesh();
        using var origin = new RecordingOrigin();
        var counter = new Counter();
        HttpClientTarget app = HttpMesh.Target(SocketAddress.From(origin.Address), HttpProtocol.Http11) with { MaxIdleConnections = 0, RestoresOriginalProtocol = true };
        SocketAddress entry = shape == "one proxy"
            ? mesh.Relay(Direction.Inbound, HttpProtocol.Http11, app, observer: counter)
            : mesh.Relay(Direction.Outbound, HttpProtocol.Http11, HttpMesh.Target(mesh.Relay(Direction.Inbound, HttpProtocol.Http2, app, isMeshed: true, observer: counter), HttpProtocol.Http2) with { UpgradesHttp1 = true });
        int cases = 0, refused = 0, forwarded = 0;
        var wrong = new List<string>();
        foreach (byte[] request in AmbiguousRequests.All())
        {
            cases++;
            string answer = await ForeignServers.AskAsync(entry.ToIPEndPoint(), request);
            await origin.WhenQuietAsync();
            int counted = counter.Take();
            (byte[] Octets, bool Answered)[] connections = [.. origin.Connections];
            origin.Connections.Clear();
            if (answer.StartsWith("HTTP/1.1 4", StringComparison.Ordinal)) refused++;
            forwarded += connections.Length;
            if (connections.Count(static c => c.Answered) != counted)
                wrong.Add($"{Show(request)}\n  {counted} requests were answered by way of {connections.Count(static c => c.Answered)} connections");
            foreach ((byte[] octets, bool answered) in connections.Where(static c => c.Octets.Length > 0)) await CompareAsync(request, octets, answered, wrong);
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} of {cases} cases:\n{string.Join('\n', wrong.Take(20))}");
        // Else this proves nothing: most are refused, and many go on.
        Assert.InRange(cases, 900, 1100);
        Assert.InRange(refused, 400, cases);
        Assert.InRange(forwarded, 100, cases * 2);
        TestContext.Current.SendDiagnosticMessage($"{shape}: {cases} cases, {refused} refused, {forwarded} requests forwarded");
    }

    private async Task CompareAsync(byte[] request, byte[] octets, bool answered, List<string> wrong)
    {
        foreach ((string name, System.Net.IPEndPoint server) in foreign.All)
        {
            string said = await ForeignServers.AskAsync(server, octets);
            int seen = Ok().Count(said);
            int refusals = Refusal().Count(said);
            // A request may be refused as a whole, for its method, say: nothing follows it then. What the proxy gave up half way never ended: nginx
            // answers its head, node nothing, or that it is broken.
            bool isRight = answered ? seen + refusals == 1 : seen <= 1;
            if (!isRight) wrong.Add($"{Show(request)}\n  became {Show(octets)}\n  of which {name} saw {seen} requests: {Show(Encoding.Latin1.GetBytes(said))}");
        }
    }

    private static string Show(byte[] octets) => Encoding.Latin1.GetString(octets).Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    [GeneratedRegex("HTTP/1\\.1 200 OK")]
    private static partial Regex Ok();

    [GeneratedRegex("HTTP/1\\.[01] [45]\\d\\d ")]
    private static partial Regex Refusal();

    /// <summary>Counts the requests that went on to the application.</summary>
    private sealed class Counter : IExchangeObserver
    {
        private int _answered;

        /// <summary>How many were answered by the application since the last call.</summary>
        public int Take() => Interlocked.Exchange(ref _answered, 0);

        public void OnResponse(HttpExchange exchange, HeaderBlock response)
        {
            if (exchange.Error.IsNone && response.Status >= 200) Interlocked.Increment(ref _answered);
        }

        public void OnEnd(HttpExchange exchange)
        {
        }
    }
}
