using System.Text.Json;
using System.Text.Json.Nodes;
using Linkerd.Controller.Common.Reading;
using Linkerd.Controller.Policy.Core;
using Linkerd.Kubernetes.Models;
using Linkerd.Model;
using DefaultPolicy = Linkerd.Model.DefaultPolicy;

namespace Linkerd.Controller.Policy.Reading;

/// <summary>Reads Servers.</summary>
internal static class ServerReader
{
    private const int MaxPortName = 15;

    public static PolicyServer Read(JsonObject resource)
    {
        var root = new Field(resource, "");
        var spec = root["spec"];
        var (pods, external) = (spec["podSelector"], spec["externalWorkloadSelector"]);
        if (pods.IsPresent == external.IsPresent)
            throw spec.Fault("must have either podSelector or externalWorkloadSelector");
        return new PolicyServer
        {
            Name = ResourceReader.Name(resource),
            Created = ResourceReader.Created(resource),
            Labels = root["metadata"]["labels"].Texts(),
            PodSelector = pods.IsPresent ? ResourceReader.Selector(pods) : null,
            ExternalWorkloadSelector = external.IsPresent ? ResourceReader.Selector(external) : null,
            Port = Port(spec["port"]),
            Protocol = Protocol(spec["proxyProtocol"]),
            AccessPolicy = AccessPolicy(spec["accessPolicy"]),
        };
    }

    private static IntOrString Port(Field port)
    {
        if (port.Node?.GetValueKind() == JsonValueKind.Number)
            return (int)port.Number(1, ushort.MaxValue);
        var name = port.Name();
        return name.Length <= MaxPortName ? name : throw port.Fault("is no port: write a number, or the name of a container port");
    }

    private static ServerProtocol Protocol(Field protocol) => protocol.OptionalText() switch
    {
        null or "" or "unknown" => ServerProtocol.Detect,
        "HTTP/1" => ServerProtocol.Http1,
        "HTTP/2" => ServerProtocol.Http2,
        "gRPC" => ServerProtocol.Grpc,
        "opaque" => ServerProtocol.Opaque,
        "TLS" => ServerProtocol.Tls,
        _ => throw protocol.Fault("must be unknown, HTTP/1, HTTP/2, gRPC, opaque or TLS"),
    };

    private static string AccessPolicy(Field policy)
    {
        var name = policy.OptionalText() is { Length: > 0 } text ? text : DefaultPolicy.Deny;
        return DefaultPolicy.Names.Contains(name) ? name : throw policy.Fault("must be one of " + string.Join(", ", DefaultPolicy.Names));
    }
}
