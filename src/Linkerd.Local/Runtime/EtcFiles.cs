using System.Text;
using Linkerd.Kubernetes.Models;
using Linkerd.Local.Network;

namespace Linkerd.Local.Runtime;

/// <summary>The files of /etc that belong to the pod, not to the image.</summary>
internal static class EtcFiles
{
    /// <summary>The cluster's domain.</summary>
    public const string ClusterDomain = "cluster.local";

    public static IReadOnlyList<KeyValuePair<string, string>> For(Pod pod, string address, string hostName) =>
    [
        KeyValuePair.Create("hostname", hostName + "\n"),
        KeyValuePair.Create("hosts", Hosts(pod, address, hostName)),
        KeyValuePair.Create("resolv.conf", Resolver(pod)),
    ];

    private static string Hosts(Pod pod, string address, string hostName)
    {
        var text = new StringBuilder("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n");
        text.Append(address).Append('\t');
        if (pod.Spec?.Subdomain is { Length: > 0 } subdomain)
            text.Append($"{hostName}.{subdomain}.{pod.Metadata.Namespace}.svc.{ClusterDomain}\t");
        return text.Append(hostName).Append('\n').ToString();
    }

    private static string Resolver(Pod pod)
    {
        if (pod.Spec?.DnsPolicy == "Default")
            return $"nameserver {NodeNetwork.DnsAddress}\n";
        return $"search {pod.Metadata.Namespace}.svc.{ClusterDomain} svc.{ClusterDomain} {ClusterDomain}\nnameserver {NodeNetwork.DnsAddress}\noptions ndots:5\n";
    }
}
