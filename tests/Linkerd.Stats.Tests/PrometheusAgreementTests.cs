using System.Diagnostics;
using System.Globalization;
using System.Text;
using Linkerd.Stats.Query;
using Linkerd.Stats.Store;

namespace Linkerd.Stats.Tests;

/// <summary>
/// The oracle is Prometheus itself: promtool evaluates the same queries over the same samples, and must find our answers in them.
/// </summary>
public sealed class PrometheusAgreementTests
{
    private const int Interval = 10;
    private const int Samples = 31;

    private static readonly string[] Queries =
    [
        "sum(increase(response_total{direction=\"inbound\"}[1m])) by (deployment, classification)",
        "sum(rate(response_total{deployment=~\"w.*\"}[2m])) by (deployment)",
        "sum(irate(response_total[1m])) by (classification)",
        "sum(increase(response_total{classification!=\"success\"}[45s])) by (deployment)",
        "sum(open{peer=\"src\"}) by (deployment)",
        "count(open) by (peer)",
        "max(open) by (peer)",
        "avg(open) by (peer)",
        "histogram_quantile(0.5, sum(irate(latency_bucket[1m])) by (le, deployment))",
        "histogram_quantile(0.95, sum(irate(latency_bucket[1m])) by (le, deployment))",
        "histogram_quantile(0.99, sum(rate(latency_bucket[5m])) by (le))",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Both_sources_agree(int seed)
    {
        var series = Generate(new Random(seed));
        var store = new SeriesStore(new SeriesStoreOptions());
        for (var i = 0; i < Samples; i++)
        {
            var text = new StringBuilder();
            foreach (var (name, values) in series)
            {
                if (values[i] is { } v)
                    text.Append(name).Append(' ').Append(v.ToString(CultureInfo.InvariantCulture)).Append('\n');
            }

            store.Ingest("t", LabelSet.Empty, text.ToString(), i * Interval * 1000L);
        }

        // Not on a scrape's beat, so that extrapolation shows.
        const int at = ((Samples - 1) * Interval) + 4;
        var file = Path.Combine(Path.GetTempPath(), $"promtool-{Environment.ProcessId}-{seed}.yml");
        try
        {
            File.WriteAllText(file, RulesTest(series, new Evaluator(store), at));
            var (code, output) = Promtool("test", "rules", file);
            Assert.True(code == 0, output);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static Dictionary<string, double?[]> Generate(Random random)
    {
        var series = new Dictionary<string, double?[]>();
        foreach (var deployment in (string[])["web", "worker", "emoji"])
        {
            foreach (var classification in (string[])["success", "failure"])
                series[$"response_total{{direction=\"inbound\",deployment=\"{deployment}\",classification=\"{classification}\"}}"] = Counter(random, random.Next(0, Samples / 2));
            series[$"open{{deployment=\"{deployment}\",peer=\"src\"}}"] = [.. Enumerable.Range(0, Samples).Select(_ => (double?)random.Next(0, 9))];
            series[$"open{{deployment=\"{deployment}\",peer=\"dst\"}}"] = [.. Enumerable.Range(0, Samples).Select(_ => (double?)random.Next(0, 9))];
            var buckets = (string[])["1", "5", "10", "100", "+Inf"];
            var counters = buckets.Select(_ => Counter(random, 0, resets: false)).ToArray();
            for (var b = 0; b < buckets.Length; b++)
            {
                series[$"latency_bucket{{deployment=\"{deployment}\",le=\"{buckets[b]}\"}}"] =
                    [.. Enumerable.Range(0, Samples).Select(i => (double?)counters.Take(b + 1).Sum(c => c[i]!.Value))];
            }
        }

        return series;
    }

    private static double?[] Counter(Random random, int from, bool resets = true)
    {
        var values = new double?[Samples];
        var value = 0.0;
        for (var i = from; i < Samples; i++)
        {
            value = resets && random.Next(12) == 0 ? random.Next(4) : value + random.Next(0, 40);
            values[i] = value;
        }

        return values;
    }

    private static string RulesTest(Dictionary<string, double?[]> series, Evaluator evaluator, int at)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"tests:\n- interval: {Interval}s\n  input_series:\n");
        foreach (var (name, values) in series)
        {
            text.Append(CultureInfo.InvariantCulture, $"  - series: '{name}'\n    values: '");
            text.AppendJoin(' ', values.Select(v => v?.ToString(CultureInfo.InvariantCulture) ?? "_")).Append("'\n");
        }

        text.Append("  promql_expr_test:\n");
        foreach (var query in Queries)
        {
            text.Append(CultureInfo.InvariantCulture, $"  - expr: 'round({query}, 0.0001)'\n    eval_time: {at}s\n    exp_samples:\n");
            var answer = evaluator.Evaluate(QueryParser.Parse(query), at * 1000L);
            Assert.NotEmpty(answer);
            foreach (var sample in answer)
            {
                // promtool compares exactly, so both sides are rounded to the fourth digit.
                var value = Math.Floor((sample.Value * 10_000) + 0.5) / 10_000;
                text.Append(CultureInfo.InvariantCulture, $"    - labels: '{sample.Labels}'\n      value: {value:R}\n");
            }
        }

        return text.ToString();
    }

    private static (int Code, string Output) Promtool(params string[] arguments)
    {
        Process process;
        try
        {
            process = Process.Start(new ProcessStartInfo("promtool", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new InvalidOperationException("promtool is missing: apt-get install prometheus", e);
        }

        using (process)
        {
            var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output + error.Result);
        }
    }
}
