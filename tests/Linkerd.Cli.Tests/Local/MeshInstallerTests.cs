using Linkerd.Cli.Commands.Local;
using Linkerd.Cli.Tests.Install;
using Linkerd.Kubernetes;

namespace Linkerd.Cli.Tests.Local;

/// <summary>What <c>linkerd local up</c> adds to a state that is there already.</summary>
public sealed class MeshInstallerTests
{
    private static readonly GroupVersionResource s_definitions = new("apiextensions.k8s.io", "v1", "customresourcedefinitions");

    [Fact]
    public async Task Definitions_that_a_state_lacks_are_added_and_the_others_left_alone()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var server = await EmbeddedServer.StartAsync();
        var definitions = server.Client.Dynamic(s_definitions, "CustomResourceDefinition", false, null);

        // As a state without any.
        var all = await MeshInstaller.AddDefinitionsAsync(server.Client, cancel);
        Assert.True(all > 10, $"{all} definitions");
        Assert.Equal(0, await MeshInstaller.AddDefinitionsAsync(server.Client, cancel));

        var kept = (await definitions.GetAsync("servers.policy.linkerd.io", cancel))["metadata"]!["resourceVersion"]!.GetValue<string>();
        await definitions.DeleteAsync("egressnetworks.policy.linkerd.io", cancel: cancel);
        Assert.Equal(1, await MeshInstaller.AddDefinitionsAsync(server.Client, cancel));
        Assert.NotNull(await definitions.FindAsync("egressnetworks.policy.linkerd.io", cancel));
        Assert.Equal(kept, (await definitions.GetAsync("servers.policy.linkerd.io", cancel))["metadata"]!["resourceVersion"]!.GetValue<string>());
    }
}
