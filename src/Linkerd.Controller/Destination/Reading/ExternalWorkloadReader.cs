using System.Net;
using System.Text.Json.Nodes;
using Linkerd.Controller.Common.Kubernetes;
using Linkerd.Controller.Common.Reading;
using Linkerd.Controller.Destination.Core;
using Linkerd.Controller.Destination.Index;

namespace Linkerd.Controller.Destination.Reading;

/// <summary>Reads ExternalWorkloads, version v1beta1.</summary>
internal static class ExternalWorkloadReader
{
    /// <exception cref="InvalidResourceException">A field is not what the definition says; the message names it.</exception>
    public static ExternalWorkload Read(JsonObject resource)
    {
        var root = new Field(resource, "");
        var (metadata, spec) = (root["metadata"], root["spec"]);
        return new ExternalWorkload(Name(resource))
        {
            Uid = metadata["uid"].OptionalText() ?? "",
            Labels = metadata["labels"].Texts(),
            Ips = [.. spec["workloadIPs"].Items().Select(Ip).OfType<IPAddress>()],
            Ports = [.. spec["ports"].Items().Select(Port)],
            Identity = spec["meshTLS"]["identity"].Name(),
            ServerName = spec["meshTLS"]["serverName"].Name(),
            IsReady = IsReady(root["status"]) && !metadata["deletionTimestamp"].IsPresent,
            Owner = metadata["ownerReferences"].Items().ToList() is [var only] ? (only["kind"].Name(), only["name"].Name()) : null,
            OpaquePorts = metadata["annotations"].Texts().GetValueOrDefault(MeshAnnotation.OpaquePorts),
        };
    }

    public static ExternalWorkloadName Name(JsonObject resource)
    {
        var metadata = new Field(resource, "")["metadata"];
        return new ExternalWorkloadName(metadata["namespace"].OptionalText() ?? "", metadata["name"].OptionalText() ?? "");
    }

    private static IPAddress? Ip(Field item)
    {
        var field = item["ip"];
        if (field.OptionalText() is not { Length: > 0 } text)
            return null;
        return IPAddress.TryParse(text, out var ip) ? ip : throw field.Fault("is no IP address");
    }

    private static ExternalWorkloadPort Port(Field port) => new(
        port["name"].OptionalText() ?? "",
        (int)port["port"].Number(1, ushort.MaxValue),
        port["protocol"].OptionalText() is { Length: > 0 } protocol ? protocol : "TCP");

    private static bool IsReady(Field status) =>
        status["conditions"].Items().Any(static c => c["type"].OptionalText() == "Ready" && c["status"].OptionalText() == "True");
}
