using Linkerd.Proxy.Config;
using Linkerd.Telemetry;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.Metrics;

/// <summary>docs/reference/metrics.md says neither more nor less than a proxy registers.</summary>
public sealed class MetricsPageTests
{
    [Fact]
    [Proves("6.14 process")]
    public void The_page_lists_every_family_with_its_type()
    {
        string[] page = [.. MetricsPage.Read().Select(static f => $"{f.Name} {f.Type}").Order(StringComparer.Ordinal)];
        string[] registered = [.. Registered().Select(static f => $"{f.Name} {f.Type}").Order(StringComparer.Ordinal)];
        Assert.True(registered.Except(page).ToArray() is [], "docs/reference/metrics.md lacks: " + string.Join(", ", registered.Except(page)));
        Assert.True(page.Except(registered).ToArray() is [], "docs/reference/metrics.md has what no proxy registers: " + string.Join(", ", page.Except(registered)));
        Assert.Equal(page.Length, page.Distinct().Count());
    }

    [Fact]
    public void Every_metric_that_the_limits_name_is_on_the_page()
    {
        string[] page = [.. MetricsPage.Read().Select(static f => f.Name)];
        string text = File.ReadAllText(Path.Combine(Repository.Root, "docs/reference/limits.md"));
        int end = text.IndexOf("## Control plane", StringComparison.Ordinal);
        foreach (string word in text[..end].Split('`').Where(static w => w.Contains("_total", StringComparison.Ordinal) || w.Contains("_balancer_", StringComparison.Ordinal)))
        {
            string name = word.Split('{')[0];
            string pattern = "^" + name.Replace("*", ".*", StringComparison.Ordinal) + "$";
            Assert.True(page.Any(p => System.Text.RegularExpressions.Regex.IsMatch(p, pattern)), $"docs/reference/limits.md names {name}, which docs/reference/metrics.md does not have");
        }
    }

    private static IReadOnlyList<MetricDescription> Registered()
    {
        var variables = new Dictionary<string, string>
        {
            ["DESTINATION_SVC_ADDR"] = "localhost:8086",
            ["POLICY_SVC_ADDR"] = "localhost:8090",
            ["IDENTITY_SVC_ADDR"] = "localhost:8080",
            ["IDENTITY_LOCAL_NAME"] = "web.ns.serviceaccount.identity.linkerd.cluster.local",
            ["IDENTITY_TRUST_ANCHORS"] = Anchor(),
        };
        ProxyConfig config = ConfigLoader.Load(name => variables.GetValueOrDefault(name.Replace("LINKERD2_PROXY_", string.Empty, StringComparison.Ordinal)), 1);
        return new ProxyApp(config, new LogSink(Stream.Null, LogFormat.Plain, config.LogFilter), TimeProvider.System).Metrics.Families;
    }

    private static string Anchor()
    {
        using var authority = new TestAuthority();
        return authority.Pem;
    }
}
