using Linkerd.Controller.Identity.Core;
using Linkerd.Controller.Identity.Index;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Controller.Tests.Identity;

/// <summary>Tokens of a real API server, when <c>KUBECONFIG</c> leads to one; otherwise this passes without asking anything.</summary>
public sealed class RealTokenTests
{
    [Fact]
    public async Task Tokens_for_us_and_for_the_api_server_prove_the_account_and_others_do_not()
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("KUBECONFIG")))
            return;
        using var client = new KubernetesClient(KubernetesConfig.Load());
        var validator = new TokenValidator(client);
        Assert.Equal(("default", "default"), await validator.ValidateAsync(await TokenAsync(client, "identity.l5d.io"), default));
        Assert.Equal(("default", "default"), await validator.ValidateAsync(await TokenAsync(client), default));
        var foreign = await TokenAsync(client, "somebody.else");
        await Assert.ThrowsAsync<TokenException>(() => validator.ValidateAsync(foreign, default));
        await Assert.ThrowsAsync<TokenException>(() => validator.ValidateAsync("garbage", default));
    }

    private static async Task<string> TokenAsync(KubernetesClient client, params string[] audiences)
    {
        var request = new TokenRequest { Spec = new() { Audiences = audiences, ExpirationSeconds = 3600 } };
        var issued = await client.Resource(Resources.ServiceAccounts, "default").CreateSubresourceAsync("default", "token", request, Resources.TokenRequests);
        return issued.Status!.Token!;
    }
}
