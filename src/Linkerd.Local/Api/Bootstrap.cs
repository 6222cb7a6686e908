using System.Text.Json.Nodes;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Api;

/// <summary>What a fresh cluster holds before anyone asked: the system's namespaces and its own Service.</summary>
internal sealed class Bootstrap(ApiCore core)
{
    public Task RunAsync()
    {
        ReserveAddresses();
        foreach (var name in (ReadOnlySpan<string>)["default", "kube-system", "kube-public", "kube-node-lease"])
            Ensure("", "namespaces", "", new JsonObject { ["metadata"] = new JsonObject { ["name"] = name } });
        Ensure("", "services", "default", ApiService());
        DefaultRoles.Ensure(this);
        Ensure("", "configmaps", "kube-system", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "extension-apiserver-authentication" },
            ["data"] = new JsonObject
            {
                ["client-ca-file"] = core.Pki.AuthorityPem,
                ["requestheader-client-ca-file"] = core.Pki.AuthorityPem,
                ["requestheader-allowed-names"] = "[\"front-proxy-client\"]",
                ["requestheader-username-headers"] = "[\"X-Remote-User\"]",
                ["requestheader-group-headers"] = "[\"X-Remote-Group\"]",
                ["requestheader-extra-headers-prefix"] = "[\"X-Remote-Extra-\"]",
            },
        });
        core.Definitions.Synchronize();
        return Task.CompletedTask;
    }

    /// <summary>Creates an object unless it is there; nothing but its kind's own rules are applied.</summary>
    public void Ensure(string group, string plural, string space, JsonObject node)
    {
        var resource = core.Registry.Get(group, plural);
        var store = core.StoreOf(resource);
        var name = Metadata.Name(node);
        var key = resource.Namespaced ? $"{space}/{name}" : name;
        if (store.Objects.ContainsKey(key)) return;
        node["apiVersion"] = resource.StorageApiVersion;
        node["kind"] = resource.Kind;
        resource.Strategy.Default(node);
        Metadata.PrepareCreate(node, resource, space, core.Now());
        resource.Strategy.PrepareCreate(node);
        core.Store.TryPut(store, key, null, node);
    }

    private void ReserveAddresses()
    {
        core.Addresses.TryReserve(core.Addresses.ApiServer);
        foreach (var (_, service) in core.StoreOf(core.Registry.Get("", "services")).Objects)
        {
            if (service.Node.Obj("spec").Str("clusterIP") is { } address and not "None") core.Addresses.TryReserve(address);
            foreach (var port in service.Node.Obj("spec").Arr("ports").Objects())
                if (port.Long("nodePort") is { } nodePort) core.Addresses.TryReservePort(nodePort);
        }
    }

    private JsonObject ApiService() => new()
    {
        ["metadata"] = new JsonObject
        {
            ["name"] = "kubernetes",
            ["labels"] = new JsonObject { ["component"] = "apiserver", ["provider"] = "kubernetes" },
        },
        ["spec"] = new JsonObject
        {
            ["clusterIP"] = core.Addresses.ApiServer,
            ["clusterIPs"] = Json.ArrayOf([core.Addresses.ApiServer]),
            ["ports"] = new JsonArray(new JsonObject
            {
                ["name"] = "https", ["port"] = JsonValue.Create(443L), ["protocol"] = "TCP",
                ["targetPort"] = JsonValue.Create((long)(core.Options.HttpsEndPoints[0].Port == 0 ? 443 : core.Options.HttpsEndPoints[0].Port)),
            }),
        },
    };
}
