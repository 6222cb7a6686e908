using System.Globalization;
using System.Text;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Local.Network;

/// <summary>
/// Turns Services and their endpoints into one iptables-restore document for the cluster's root namespace, which is applied whole:
/// a packet meets the old rules or the new ones. Endpoints are picked at random, each connection for itself.
/// </summary>
internal static class ServiceRules
{
    private const string Masquerade = "0x4000/0x4000";

    /// <summary>The tables nat and filter.</summary>
    public static string Build(IEnumerable<Service> services, ILookup<(string Namespace, string Service), EndpointSlice> slices)
    {
        var chains = new StringBuilder();
        var rules = new StringBuilder();
        var rejects = new StringBuilder();
        var nodePorts = new StringBuilder();
        foreach (var service in services.OrderBy(static s => s.Metadata.Namespace, StringComparer.Ordinal).ThenBy(static s => s.Metadata.Name, StringComparer.Ordinal))
        {
            if (service.Spec is not { ClusterIP: { Length: > 0 } address and not "None" } spec || spec.Type == "ExternalName")
                continue;
            foreach (var port in spec.Ports ?? [])
            {
                var endpoints = ServiceEndpoints.Of(service, port, slices).ToList();
                Add(service, port, address, endpoints, chains, rules, rejects, nodePorts);
            }
        }

        return new StringBuilder()
            .Append("*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n:LKD-SERVICES - [0:0]\n:LKD-NODEPORTS - [0:0]\n")
            .Append(chains)
            .Append("-A PREROUTING -j LKD-SERVICES\n-A OUTPUT -j LKD-SERVICES\n")
            .Append("-A POSTROUTING -m mark --mark ").Append(Masquerade).Append(" -j MASQUERADE\n")
            .Append(rules)
            .Append("-A LKD-SERVICES -m addrtype --dst-type LOCAL -j LKD-NODEPORTS\n")
            .Append(nodePorts)
            .Append("COMMIT\n*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:LKD-REJECT - [0:0]\n")
            .Append("-A FORWARD -j LKD-REJECT\n-A OUTPUT -j LKD-REJECT\n")
            .Append(rejects)
            .Append("COMMIT\n")
            .ToString();
    }

    private static void Add(
        Service service, ServicePort port, string address, List<ServiceEndpoint> endpoints, StringBuilder chains, StringBuilder rules, StringBuilder rejects, StringBuilder nodePorts)
    {
        var protocol = (port.Protocol ?? "TCP").ToLowerInvariant();
        var match = $"-d {address}/32 -p {protocol} -m {protocol} --dport {Text(port.Port)}";
        if (endpoints.Count == 0)
        {
            rejects.Append($"-A LKD-REJECT {match} -j REJECT\n");
            return;
        }

        var chain = "LKD-SVC-" + Hash($"{service.Metadata.Namespace}/{service.Metadata.Name}:{port.Name}:{port.Port}/{protocol}");
        chains.Append($":{chain} - [0:0]\n");
        rules.Append($"-A LKD-SERVICES {match} -j {chain}\n");
        if (port.NodePort is > 0)
        {
            // From outside of the pod network the way back must come through here.
            var rule = $"-A LKD-NODEPORTS -p {protocol} -m {protocol} --dport {Text(port.NodePort)}";
            nodePorts.Append($"{rule} -j MARK --set-xmark {Masquerade}\n{rule} -j {chain}\n");
        }

        for (var i = 0; i < endpoints.Count; i++)
        {
            var (ip, target) = endpoints[i];
            var left = endpoints.Count - i;
            var random = left == 1 ? "" : $" -m statistic --mode random --probability {(1.0 / left).ToString("0.0000000000", CultureInfo.InvariantCulture)}";
            var end = "LKD-SEP-" + Hash($"{chain}:{ip}:{target}");
            chains.Append($":{end} - [0:0]\n");
            rules.Append($"-A {chain}{random} -j {end}\n");
            // A pod that reaches itself over its Service must not see a packet from its own address arrive.
            rules.Append($"-A {end} -s {ip}/32 -j MARK --set-xmark {Masquerade}\n");
            rules.Append($"-A {end} -p {protocol} -m {protocol} -j DNAT --to-destination {ip}:{Text(target)}\n");
        }
    }

    // Chain names have at most 28 characters.
    private static string Hash(string text) => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));

    private static string Text(int? number) => (number ?? 0).ToString(CultureInfo.InvariantCulture);
}
