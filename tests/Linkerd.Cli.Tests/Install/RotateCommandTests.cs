using System.Security.Cryptography.X509Certificates;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Cli.Tests.Install;

/// <summary><c>linkerd identity rotate</c> against the embedded API server, where proxies are objects that do not answer.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class RotateCommandTests : IAsyncLifetime
{
    private EmbeddedServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await EmbeddedServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Without_a_control_plane_there_is_nothing_to_rotate()
    {
        var (_, error) = await _server.RunAsync(1, "identity", "rotate", "--yes");
        Assert.Contains("There is no control plane in namespace linkerd", error, StringComparison.Ordinal);
        Assert.Contains("No rotation is under way", (await _server.RunAsync(1, "identity", "rotate", "--abort")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_answer_nothing_is_changed()
    {
        await InstallAsync();
        var before = await AnchorsAsync();
        var (_, error) = await _server.RunAsync(1, "identity", "rotate");
        Assert.Contains("--yes", error, StringComparison.Ordinal);
        Assert.Equal(before, await AnchorsAsync());
        Assert.Contains("No rotation is under way", (await _server.RunAsync(0, "identity", "rotate", "--status")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mesh_without_proxies_is_rotated_at_once()
    {
        await InstallAsync();
        var before = await AnchorsAsync();
        var key = Path.GetTempFileName();
        File.Delete(key);
        await _server.RunAsync(0, "identity", "rotate", "--yes", "--root-key-file", key);
        var after = await AnchorsAsync();
        Assert.NotEqual(before, after);
        Assert.Single(Certificates(after));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        Assert.Contains("exists and is not overwritten", (await _server.RunAsync(1, "identity", "rotate", "--yes", "--root-key-file", key)).Error, StringComparison.Ordinal);

        // What is kept is whole: an upgrade and a check read it.
        await _server.RunAsync(0, "upgrade");
        using var anchor = X509Certificate2.CreateFromPem(after);
        using var issuer = X509Certificate2.CreateFromPem(System.Text.Encoding.UTF8.GetString((await _server.Client.Resource(Resources.Secrets, "linkerd").GetAsync("linkerd-identity-issuer")).Data!["crt.pem"]));
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(anchor);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        Assert.True(chain.Build(issuer));
        Assert.Equal(anchor.SubjectName.Name, issuer.IssuerName.Name);
        File.Delete(key);
    }

    [Fact]
    public async Task A_proxy_that_does_not_answer_is_named_and_keeps_the_old_anchors_in_force_until_all_is_undone()
    {
        await InstallAsync();
        var before = await AnchorsAsync();
        await MeshedPodAsync();

        var (_, error) = await _server.RunAsync(1, "identity", "rotate", "--yes", "--timeout", "1");
        Assert.Contains("default/silent: does not answer", error, StringComparison.Ordinal);
        Assert.Contains("linkerd identity rotate --abort", error, StringComparison.Ordinal);
        Assert.Equal(2, Certificates(await AnchorsAsync()).Count);
        Assert.Contains("default/silent: does not answer", (await _server.RunAsync(0, "identity", "rotate", "--status")).Out, StringComparison.Ordinal);

        // Again: it goes on with the same new anchor, and stops at the same pod.
        var (again, _) = await _server.RunAsync(1, "identity", "rotate", "--yes", "--timeout", "1");
        Assert.Contains("Going on with the rotation begun at", again, StringComparison.Ordinal);
        Assert.Equal(2, Certificates(await AnchorsAsync()).Count);

        await _server.RunAsync(0, "identity", "rotate", "--abort");
        Assert.Equal(before.Trim(), (await AnchorsAsync()).Trim());
        Assert.Contains("No rotation is under way", (await _server.RunAsync(0, "identity", "rotate", "--status")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_files_are_refused_before_anything_changes()
    {
        await InstallAsync();
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "garbage", TestContext.Current.CancellationToken);
        Assert.Contains("cannot be read as PEM", (await _server.RunAsync(1, "identity", "rotate", "--yes", "--identity-issuer-certificate-file", file, "--identity-issuer-key-file", file)).Error, StringComparison.Ordinal);
        Assert.Contains("--identity-issuer-key-file", (await _server.RunAsync(1, "identity", "rotate", "--yes", "--identity-issuer-certificate-file", file)).Error, StringComparison.Ordinal);
        Assert.Contains("--timeout 0", (await _server.RunAsync(1, "identity", "rotate", "--yes", "--timeout", "0")).Error, StringComparison.Ordinal);
        File.Delete(file);
    }

    [Fact]
    public async Task An_issuer_of_cert_manager_is_left_to_it()
    {
        await InstallAsync("--identity-external-issuer", "--set", "identityTrustAnchorsPEM=x");
        Assert.Contains("cert-manager", (await _server.RunAsync(1, "identity", "rotate", "--yes")).Error, StringComparison.Ordinal);
    }

    private async Task InstallAsync(params string[] flags)
    {
        await _server.ApplyAsync((await _server.RunAsync(0, "install", "--crds")).Out);
        await _server.ApplyAsync((await _server.RunAsync(0, ["install", .. flags])).Out);
    }

    private async Task MeshedPodAsync()
    {
        await _server.Client.Resource(Resources.ServiceAccounts, "default").CreateAsync(new ServiceAccount { Metadata = new ObjectMeta { Name = "default" } });
        var pods = _server.Client.Resource(Resources.Pods, "default");
        await pods.CreateAsync(new Pod
        {
            Metadata = new ObjectMeta { Name = "silent", Labels = new Dictionary<string, string> { ["linkerd.io/control-plane-ns"] = "linkerd" } },
            Spec = new PodSpec { Containers = [new Container { Name = "linkerd-proxy", Image = "proxy" }] },
        });
        var pod = await pods.GetAsync("silent");
        pod.Status = new PodStatus { Phase = "Running" };
        await pods.UpdateStatusAsync(pod);
    }

    private async Task<string> AnchorsAsync() =>
        (await _server.Client.Resource(Resources.ConfigMaps, "linkerd").GetAsync("linkerd-identity-trust-roots")).Data!["ca-bundle.crt"];

    private static List<string> Certificates(string pem) => [.. pem.Split("-----BEGIN CERTIFICATE-----").Skip(1)];
}
