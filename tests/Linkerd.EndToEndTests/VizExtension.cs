using Linkerd.Testing;

namespace Linkerd.EndToEndTests;

/// <summary>
/// The viz extension on the cluster, installed as a user installs it, with its Prometheus; and in namespace <c>viz-demo</c> the meshed
/// emojivoto with its own traffic, started after it, so that it can be tapped.
/// </summary>
public sealed class VizExtension : IDisposable
{
    public const string Demo = "viz-demo";

    private static readonly string[] s_demo = ["emoji", "vote-bot", "voting", "web"];

    public VizExtension(MeshFixture mesh)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        Applied = Install();
        StartDemo();
    }

    /// <summary>What kubectl said about the extension's objects.</summary>
    public string Applied { get; }

    /// <summary><c>linkerd viz install … | kubectl apply -f -</c>, and waits until all of it runs.</summary>
    public static string Install(params string[] flags)
    {
        var (words, applied) = LinkerdCli.Apply(["viz", "install", "--set", $"defaultRegistry={MeshFixture.Registry}", .. flags]);
        Assert.Equal("", words);
        foreach (var deployment in Kubectl.Run("-n", "linkerd-viz", "get", "deploy", "-o", "jsonpath={.items[*].metadata.name}").Split(' '))
            Kubectl.WaitForRollout("linkerd-viz", deployment, 300);
        return applied;
    }

    /// <summary>Starts the demo with proxies, and waits until it runs.</summary>
    public static void StartDemo()
    {
        var manifest = LinkerdCli.Output("demo", "manifest", "emojivoto", "--registry", MeshFixture.Registry).Replace("emojivoto", Demo, StringComparison.Ordinal);
        Kubectl.Apply(LinkerdCli.Said(manifest, "inject", "-").Output);
        foreach (var deployment in s_demo)
            Kubectl.WaitForRollout(Demo, deployment, 300);
    }

    /// <summary>The output of a command, once it has what is waited for.</summary>
    public static async Task<string> UntilAsync(Func<string, bool> wanted, string what, params string[] args)
    {
        var (code, output, errors) = (0, "", "");
        try
        {
            await Eventually.TrueAsync(() => ((code, output, errors) = LinkerdCli.Try(args)).code == 0 && wanted(output), what, 120);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"linkerd {string.Join(' ', args)}: {e.Message}; it ended with {code} and wrote:\n{output}{errors}", e);
        }

        return output;
    }

    /// <summary>All that has the extension's label.</summary>
    public static string Left() => Kubectl.Run(
        "get", "namespaces,clusterroles,clusterrolebindings,roles,rolebindings,mutatingwebhookconfigurations,apiservices,deployments,services,secrets,configmaps,serviceaccounts",
        "-A", "-l", "linkerd.io/extension=viz", "-o", "name", "--ignore-not-found");

    public void Dispose()
    {
        if (Environment.GetEnvironmentVariable("E2E_KEEP") == "1")
            return;
        Kubectl.Try(null, "delete", "namespace", Demo, "--ignore-not-found");
        if (LinkerdCli.Try("viz", "uninstall") is { Code: 0 } left)
            Kubectl.Try(left.Output, "delete", "-f", "-", "--ignore-not-found");
    }
}
