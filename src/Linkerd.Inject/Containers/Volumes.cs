using System.Text.Json.Nodes;
using Linkerd.Inject.Values;

namespace Linkerd.Inject.Containers;

/// <summary>Volumes that the mesh adds to a pod.</summary>
internal static class Volumes
{
    public const string EndEntityName = "linkerd-identity-end-entity";
    public const string EndEntityPath = "/var/run/linkerd/identity/end-entity";
    public const string TokenName = "linkerd-identity-token";
    public const string TokenPath = "/var/run/secrets/tokens";
    public const string PodInfoName = "linkerd-podinfo";
    public const string PodInfoPath = "/var/run/linkerd/podinfo";
    public const string XtablesLockName = "linkerd-proxy-init-xtables-lock";

    public static JsonObject XtablesLock(ProxyInitValues init) => new() { ["emptyDir"] = new JsonObject(), ["name"] = init.XtMountPath.Name };

    /// <summary>In memory: the private key never reaches a disk.</summary>
    public static JsonObject EndEntity() => new() { ["emptyDir"] = new JsonObject { ["medium"] = "Memory" }, ["name"] = EndEntityName };

    public static JsonObject PodInfo() => new()
    {
        ["downwardAPI"] = new JsonObject { ["items"] = new JsonArray(Item("labels"), Item("annotations")) },
        ["name"] = PodInfoName,
    };

    /// <summary>A token that only the identity service accepts, valid for a day.</summary>
    public static JsonObject IdentityToken() => new()
    {
        ["name"] = TokenName,
        ["projected"] = new JsonObject
        {
            ["sources"] = new JsonArray(new JsonObject
            {
                ["serviceAccountToken"] = new JsonObject { ["audience"] = "identity.l5d.io", ["expirationSeconds"] = 86400, ["path"] = TokenName },
            }),
        },
    };

    private static JsonObject Item(string field) => new()
    {
        ["fieldRef"] = new JsonObject { ["fieldPath"] = "metadata." + field },
        ["path"] = field,
    };
}
