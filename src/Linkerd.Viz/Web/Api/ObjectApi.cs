using System.Text.Json.Nodes;
using Linkerd.Kubernetes;
using Linkerd.Viz.Web.Data;
using Linkerd.Viz.Web.Login;
using Microsoft.AspNetCore.Http;

namespace Linkerd.Viz.Web.Api;

/// <summary>Objects as YAML: a workload's definition, and the template of a ServiceProfile.</summary>
internal sealed class ObjectApi(KubernetesClient? client, WebOptions options)
{
    // What the dashboard shows, and no more: no Secrets, no ConfigMaps.
    private static readonly Dictionary<string, (GroupVersionResource Gvr, string Kind)> s_kinds = new()
    {
        ["cronjob"] = (new("batch", "v1", "cronjobs"), "CronJob"),
        ["daemonset"] = (new("apps", "v1", "daemonsets"), "DaemonSet"),
        ["deployment"] = (new("apps", "v1", "deployments"), "Deployment"),
        ["job"] = (new("batch", "v1", "jobs"), "Job"),
        ["pod"] = (new("", "v1", "pods"), "Pod"),
        ["replicaset"] = (new("apps", "v1", "replicasets"), "ReplicaSet"),
        ["replicationcontroller"] = (new("", "v1", "replicationcontrollers"), "ReplicationController"),
        ["service"] = (new("", "v1", "services"), "Service"),
        ["statefulset"] = (new("apps", "v1", "statefulsets"), "StatefulSet"),
    };

    /// <summary>The calls.</summary>
    public IEnumerable<WebRoute> Routes =>
    [
        new("GET", "/api/resource-definition", Roles.View, DefinitionAsync),
        new("GET", "/api/profile", Roles.View, ProfileAsync),
        new("GET", "/profiles/new", Roles.View, ProfileAsync),
    ];

    private async Task DefinitionAsync(WebCall call)
    {
        var type = call.RequiredName("resource_type");
        if (Stats.Reports.ResourceKind.Find(type) is not { } found || !s_kinds.TryGetValue(found.Name, out var kind))
            throw new FormatException($"resource_type: {type} is not shown here");
        var connected = client ?? throw new WebFaultException(StatusCodes.Status503ServiceUnavailable, "this dashboard has no connection to Kubernetes");
        var value = await connected.Dynamic(kind.Gvr, kind.Kind, namespaced: true, call.RequiredName("namespace")).FindAsync(call.RequiredName("resource_name"), call.Aborted)
            ?? throw new WebFaultException(StatusCodes.Status404NotFound, $"there is no {found.Name} of this name");
        await JsonAnswers.TextAsync(call.Http, PolicyText.Yaml(value), "text/yaml; charset=utf-8");
    }

    private Task ProfileAsync(WebCall call)
    {
        var (service, ns) = (call.RequiredName("service"), call.RequiredName("namespace"));
        call.Http.Response.Headers.ContentDisposition = $"attachment; filename=\"{service}-profile.yml\"";
        return JsonAnswers.TextAsync(call.Http, Template(service, ns, options.ClusterDomain), "text/yaml; charset=utf-8");
    }

    private static string Template(string service, string ns, string domain) => $"""
        ### ServiceProfile for {service}.{ns} ###
        apiVersion: linkerd.io/v1alpha2
        kind: ServiceProfile
        metadata:
          name: {service}.{ns}.svc.{domain}
          namespace: {ns}
        spec:
          # A service profile defines a list of routes. Linkerd can aggregate
          # metrics like request volume, latency, and success rate by route.
          routes:
          - name: '/authors/{"{id}"}'
            # Requests match by path, method, or both; all, any and not combine them.
            condition:
              pathRegex: '/authors/\d+'
              method: POST
            # Which responses count as failures; without this, those of 500 and above.
            responseClasses:
            - condition:
                status:
                  min: 500
                  max: 599
              isFailure: true
            # Set to true when a failed request may be sent again.
            # isRetryable: true
            # How long to wait for a response.
            # timeout: 10s
          # How much retries may add to the requests that are sent anyway.
          # retryBudget:
          #   retryRatio: 0.2
          #   minRetriesPerSecond: 10
          #   ttl: 10s

        """.ReplaceLineEndings("\n");
}
