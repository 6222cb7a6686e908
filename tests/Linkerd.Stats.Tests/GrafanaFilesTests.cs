using System.Diagnostics;
using System.Text.Json.Nodes;
using Linkerd.Testing;

namespace Linkerd.Stats.Tests;

/// <summary>The files of grafana/: dashboards that Grafana takes, and alerts that fire when they should. That their queries have data is shown on a mesh.</summary>
public sealed class GrafanaFilesTests
{
    private static readonly string s_folder = Path.Combine(Repository.Root, "grafana");

    public static TheoryData<string> Dashboards() =>
    [
        .. (string[])
        [
            "authority", "cronjob", "daemonset", "deployment", "health", "job", "kubernetes", "multicluster", "namespace", "pod", "prometheus-2-stats", "prometheus-benchmark",
            "replicaset", "replicationcontroller", "route", "service", "statefulset", "top-line",
        ],
    ];

    [Fact]
    public void The_dashboards_are_what_the_generator_writes() => Run(Path.Combine(s_folder, "generate"), "--check");

    [Fact]
    public void The_alerts_are_rules_of_Prometheus_and_fire_when_they_should()
    {
        Run("promtool", "check", "rules", Path.Combine(s_folder, "alerts.yaml"));
        Run("promtool", "test", "rules", Path.Combine(s_folder, "alerts.test.yaml"));
    }

    [Fact]
    public void Every_alert_has_a_test()
    {
        var tested = File.ReadLines(Path.Combine(s_folder, "alerts.test.yaml")).Where(static l => l.Contains("alertname:", StringComparison.Ordinal)).Select(static l => l.Split(':')[1].Trim()).ToHashSet();
        var alerts = File.ReadLines(Path.Combine(s_folder, "alerts.yaml")).Where(static l => l.Contains("- alert:", StringComparison.Ordinal)).Select(static l => l.Split(':')[1].Trim()).ToArray();
        Assert.NotEmpty(alerts);
        Assert.Equal(alerts.Order(), tested.Order());
    }

    [Fact]
    public void There_is_no_other_dashboard() => Assert.Equal(
        Dashboards().Select(static d => d.Data + ".json"), Directory.EnumerateFiles(Path.Combine(s_folder, "dashboards")).Select(Path.GetFileName).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Dashboards))]
    public void A_dashboard_is_one_that_Grafana_takes(string name)
    {
        var dashboard = JsonNode.Parse(File.ReadAllText(Path.Combine(s_folder, "dashboards", name + ".json")))!;
        Assert.EndsWith(name, dashboard["uid"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.True(dashboard["uid"]!.GetValue<string>().Length <= 40, "Grafana's uids have at most 40 characters");
        Assert.True(dashboard["schemaVersion"]!.GetValue<int>() >= 39);
        Assert.Equal("datasource", dashboard["templating"]!["list"]![0]!["type"]!.GetValue<string>());

        var panels = dashboard["panels"]!.AsArray();
        Assert.Equal(panels.Count, panels.Select(static p => p!["id"]!.GetValue<int>()).Distinct().Count());
        var taken = new HashSet<(int X, int Y)>();
        foreach (var panel in panels)
        {
            // Panels of before version 7 are not shown any more.
            Assert.Contains(panel!["type"]!.GetValue<string>(), (string[])["row", "stat", "timeseries"]);
            Assert.NotEmpty(panel["title"]!.GetValue<string>());
            var at = panel["gridPos"]!;
            for (var x = 0; x < at["w"]!.GetValue<int>(); x++)
            {
                for (var y = 0; y < at["h"]!.GetValue<int>(); y++)
                    Assert.True(taken.Add((at["x"]!.GetValue<int>() + x, at["y"]!.GetValue<int>() + y)), $"{panel["title"]} lies on another panel");
            }

            Assert.All(taken, static cell => Assert.InRange(cell.X, 0, 23));
            foreach (var target in panel["targets"]?.AsArray() ?? [])
                Assert.Equal("${datasource}", target!["datasource"]!["uid"]!.GetValue<string>());
        }
    }

    [Fact]
    public void Uids_are_unique_and_take_a_prefix()
    {
        var folder = Directory.CreateTempSubdirectory("grafana").FullName;
        try
        {
            Run(Path.Combine(s_folder, "generate"), "--uid-prefix", "team-", "--output", folder);
            var uids = Directory.EnumerateFiles(folder).Select(static f => JsonNode.Parse(File.ReadAllText(f))!["uid"]!.GetValue<string>()).ToArray();
            Assert.Equal(18, uids.Distinct().Count());
            Assert.All(uids, static uid => Assert.StartsWith("team-", uid, StringComparison.Ordinal));
            Assert.Contains("team-linkerd-deployment", uids);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {output}{error.Result}");
    }
}
