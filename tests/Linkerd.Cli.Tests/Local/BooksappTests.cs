using System.Globalization;
using System.Text.RegularExpressions;

namespace Linkerd.Cli.Tests.Local;

/// <summary>The walkthrough of booksapp on an embedded cluster: routes by ServiceProfile, then a retry, then a timeout. Needs root.</summary>
[Trait("Needs", "mesh"), Collection("a whole mesh")]
public sealed partial class BooksappTests
{
    private const int Enough = 40;
    private const string Head = "HEAD /authors/{id}.json";
    private const string Put = "PUT /books/{id}.json";

    [Fact]
    public async Task Profiles_show_routes_then_retry_then_time_out()
    {
        await using var cluster = new RunningCluster();
        await cluster.UpAsync();
        await cluster.ShellAsync("""
            kubectl create ns booksapp
            linkerd demo manifest booksapp --registry localhost/linkerd-cs | linkerd inject - | kubectl -n booksapp apply -f -
            for service in webapp authors books; do
              linkerd demo openapi $service | linkerd -n booksapp profile --open-api - $service | kubectl -n booksapp apply -f -
            done
            for service in webapp authors books traffic; do kubectl -n booksapp rollout status deploy/$service --timeout=180s; done
            """);

        // The server's side counts routes too, whoever asks.
        await RunningCluster.UntilAsync(
            async () => (await cluster.ShellAsync("linkerd viz -n booksapp routes svc/authors")).Split('\n').Any(static l => l.StartsWith(Head, StringComparison.Ordinal) && l.Contains('%') && !l.Contains(" 0.0rps", StringComparison.Ordinal)),
            "routes of authors");

        // Before: about half of what books asks of authors fails.
        var before = await GrownAsync(cluster, "books", Head, default);
        Assert.InRange(before.Success, 0.2, 0.8);
        Assert.Equal(before.Responses, before.Actual);

        await cluster.KubectlAsync("-n", "booksapp", "patch", "sp/authors.booksapp.svc.cluster.local", "--type=json", "-p", await PatchAsync(cluster, "authors", Head, "isRetryable", "true"));
        await RunningCluster.UntilAsync(async () => await CountsAsync(cluster, "books", Head) is var now && now.Actual > now.Responses, "a retry");
        var retrying = await CountsAsync(cluster, "books", Head);
        var after = await GrownAsync(cluster, "books", Head, retrying);
        // After: authors fails as often as ever, and its client does not notice.
        Assert.Equal(1, after.Success);
        Assert.True(after.Actual > after.Responses * 1.3, $"{after.Actual} requests for {after.Responses} answers");

        // A change of a book takes up to 40 ms: with 10 ms for it, many are given up.
        var untimed = await GrownAsync(cluster, "webapp", Put, default);
        Assert.Equal(0, untimed.TimedOut);
        await cluster.KubectlAsync("-n", "booksapp", "patch", "sp/books.booksapp.svc.cluster.local", "--type=json", "-p", await PatchAsync(cluster, "books", Put, "timeout", "\"10ms\""));
        await RunningCluster.UntilAsync(async () => (await CountsAsync(cluster, "webapp", Put)).TimedOut > 5, "five timeouts");
        Assert.True((await GrownAsync(cluster, "webapp", Put, await CountsAsync(cluster, "webapp", Put))).Success < 0.8);
    }

    private static async Task<string> PatchAsync(RunningCluster cluster, string service, string route, string field, string value)
    {
        var names = await cluster.KubectlAsync("-n", "booksapp", "get", $"sp/{service}.booksapp.svc.cluster.local", "-o", "jsonpath={range .spec.routes[*]}{.name}{\"\\n\"}{end}");
        var index = names.Split('\n').ToList().IndexOf(route);
        Assert.True(index >= 0, names);
        return $$"""[{"op": "add", "path": "/spec/routes/{{index}}/{{field}}", "value": {{value}}}]""";
    }

    /// <summary>What came since <paramref name="from"/>, as soon as it is enough to tell a share.</summary>
    private static async Task<Counts> GrownAsync(RunningCluster cluster, string client, string route, Counts from)
    {
        var now = from;
        await RunningCluster.UntilAsync(async () => (now = await CountsAsync(cluster, client, route)).Responses - from.Responses >= Enough, $"{Enough} answers of {route}");
        return new Counts(now.Responses - from.Responses, now.Failures - from.Failures, now.Actual - from.Actual, now.TimedOut - from.TimedOut);
    }

    private static async Task<Counts> CountsAsync(RunningCluster cluster, string client, string route)
    {
        var (code, text) = await cluster.TryLinkerdAsync(null, "diagnostics", "proxy-metrics", "-n", "booksapp", "deploy/" + client);
        if (code != 0)
            return default;
        double responses = 0, failures = 0, actual = 0, timedOut = 0;
        foreach (Match line in RouteLine().Matches(text))
        {
            var labels = line.Groups["labels"].Value;
            if (!labels.Contains($"rt_route=\"{route}\"", StringComparison.Ordinal) || !labels.Contains("direction=\"outbound\"", StringComparison.Ordinal))
                continue;
            var value = double.Parse(line.Groups["value"].ValueSpan, CultureInfo.InvariantCulture);
            if (line.Groups["actual"].Length > 0)
            {
                actual += value;
                continue;
            }

            responses += value;
            failures += labels.Contains("classification=\"failure\"", StringComparison.Ordinal) ? value : 0;
            timedOut += labels.Contains("status_code=\"504\"", StringComparison.Ordinal) ? value : 0;
        }

        return new Counts(responses, failures, actual, timedOut);
    }

    [GeneratedRegex("^route_(?<actual>actual_)?response_total\\{(?<labels>.*)\\} (?<value>[0-9.e+]+)\r?$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex RouteLine();

    private readonly record struct Counts(double Responses, double Failures, double Actual, double TimedOut)
    {
        public double Success => 1 - (Failures / Responses);
    }
}
