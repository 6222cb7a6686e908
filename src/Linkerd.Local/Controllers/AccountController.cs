using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Local.Controllers;

/// <summary>Gives every namespace its service account <c>default</c> and the ConfigMap with the cluster's authority.</summary>
internal sealed class AccountController : Controller
{
    private const string AuthorityMap = "kube-root-ca.crt";

    public AccountController(ControllerContext context)
        : base("serviceaccount", context) =>
        context.Namespaces.AddHandler(new ChangeHandler<Namespace>(n => Enqueue(n.Metadata)));

    /// <summary>The authority's certificate, PEM.</summary>
    public required string AuthorityPem { get; init; }

    protected override async Task ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (Context.Namespaces.Get("", key.Name) is not { Metadata.DeletionTimestamp: null })
            return;
        await EnsureAsync(Client.Resource(Resources.ServiceAccounts, key.Name), new ServiceAccount { Metadata = new ObjectMeta { Name = "default", Namespace = key.Name } }, cancel);
        var map = new ConfigMap { Metadata = new ObjectMeta { Name = AuthorityMap, Namespace = key.Name }, Data = new Dictionary<string, string> { ["ca.crt"] = AuthorityPem } };
        var maps = Client.Resource(Resources.ConfigMaps, key.Name);
        if (await maps.FindAsync(AuthorityMap, cancel) is not { } known)
            await EnsureAsync(maps, map, cancel);
        else if (known.Data?.GetValueOrDefault("ca.crt") != AuthorityPem)
            await maps.UpdateAsync(map, cancel: cancel);
    }

    private static async Task EnsureAsync<T>(ResourceClient<T> client, T value, CancellationToken cancel)
        where T : class
    {
        try
        {
            await client.CreateAsync(value, cancel: cancel);
        }
        catch (KubernetesException e) when (e.IsAlreadyExists)
        {
            // There already.
        }
    }
}
