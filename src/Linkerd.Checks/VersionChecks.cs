using Linkerd.Kubernetes.Models;

namespace Linkerd.Checks;

/// <summary>Versions of CLI, control plane and proxies. Nothing is asked over the network: up to date is what <c>--expected-version</c> says.</summary>
internal sealed class VersionChecks(CheckContext context)
{
    public CheckCategory Cli() => new("linkerd-version",
    [
        new("can determine the latest version", "l5d-version-latest", _ => Expected() is null ? throw new SkipCheckException() : Task.CompletedTask) { Warning = true },
        new("cli is up-to-date", "l5d-version-cli", _ => UpToDate(context.Options.CliVersion)) { Warning = true },
    ]);

    public CheckCategory ControlPlane() => new("control-plane-version",
    [
        new("can retrieve the control plane version", "l5d-version-control", async c => await InstalledAsync(c)) { Fatal = true, Retries = true },
        new("control plane is up-to-date", "l5d-version-control", async c => await UpToDate(await InstalledAsync(c))) { Warning = true },
        new("control plane and cli versions match", "l5d-version-control", async c => Match("control plane", await InstalledAsync(c))) { Warning = true },
    ]);

    public CheckCategory ControlPlaneProxies() => new("linkerd-control-plane-proxy",
    [
        new("control plane proxies are healthy", "l5d-cp-proxy-healthy", async c => Healthy(await context.ControlPlanePodsAsync(c))) { Fatal = true, Retries = true },
        new("control plane proxies are up-to-date", "l5d-cp-proxy-version", async c => ProxiesUpToDate(await context.ControlPlanePodsAsync(c))) { Warning = true },
        new("control plane proxies and cli versions match", "l5d-cp-proxy-cli-version", async c => ProxiesMatch(await context.ControlPlanePodsAsync(c))) { Warning = true },
    ]);

    public void ProxiesUpToDate(IEnumerable<Pod> pods)
    {
        var expected = Expected() ?? throw new SkipCheckException();
        Different(pods, expected, "some proxies are not running the current version:");
    }

    public void ProxiesMatch(IEnumerable<Pod> pods) => Different(pods, context.Options.CliVersion, $"proxies do not run the version of the cli, {context.Options.CliVersion}:");

    public static void Healthy(IReadOnlyList<Pod> pods)
    {
        foreach (var pod in pods)
        {
            var status = (pod.Status?.ContainerStatuses ?? []).Concat(pod.Status?.InitContainerStatuses ?? []).FirstOrDefault(s => s.Name == "linkerd-proxy")
                ?? throw new CheckException($"The \"linkerd-proxy\" container in pod {pod.Metadata.Namespace}/{pod.Metadata.Name} is missing");
            if (status.Ready != true)
                throw new CheckException($"The \"{pod.Metadata.Name}\" pod's proxy is not ready");
        }
    }

    private string? Expected() => context.Options.ExpectedVersion is { Length: > 0 } version ? version : null;

    private Task UpToDate(string version)
    {
        var expected = Expected() ?? throw new SkipCheckException();
        return version == expected ? Task.CompletedTask : throw new CheckException($"is running version {version} but the expected version is {expected}");
    }

    private void Match(string what, string version)
    {
        if (version != context.Options.CliVersion)
            throw new CheckException($"{what} running {version} but cli running {context.Options.CliVersion}");
    }

    private static void Different(IEnumerable<Pod> pods, string version, string message)
    {
        var others = pods.Where(p => p.Metadata.Annotations?.GetValueOrDefault("linkerd.io/proxy-version") is { } own && own != version)
            .Select(p => $"{p.Metadata.Namespace}/{p.Metadata.Name} ({p.Metadata.Annotations!["linkerd.io/proxy-version"]})").ToList();
        if (others.Count > 0)
            throw new CheckException($"{message}\n    \t* {string.Join("\n    \t* ", others)}");
    }

    private async Task<string> InstalledAsync(CancellationToken cancel) =>
        (await context.ValuesAsync(cancel)).Find("linkerdVersion") as string is { Length: > 0 } version ? version : throw new CheckException("linkerd-config has no linkerdVersion");
}
