using System.Globalization;
using System.Net;

namespace Linkerd.ControlPlane.Benchmark;

/// <summary>How large the cluster is. Names and addresses follow from indices, so that every process knows them.</summary>
internal sealed record Scale(int Services, int EndpointsPerService, int Proxies, int TargetsPerProxy)
{
    private const int Namespaces = 10;
    private const int Nodes = 20;

    /// <summary>The port of every Service, and the port of the pods behind it.</summary>
    public const int ServicePort = 80, PodPort = 8080;

    public int Endpoints => Services * EndpointsPerService;

    public int Streams => Proxies * TargetsPerProxy;

    public static Scale Parse(string text)
    {
        var numbers = text.Split('x').Select(static n => int.Parse(n, CultureInfo.InvariantCulture)).ToArray();
        return numbers.Length == 4
            ? new Scale(numbers[0], numbers[1], numbers[2], numbers[3])
            : throw new ArgumentException($"--scale {text}: use SERVICESxENDPOINTSxPROXIESxTARGETS, such as 1000x10x5000x5", nameof(text));
    }

    public static IEnumerable<string> AllNamespaces => Enumerable.Range(0, Namespaces).Select(static n => $"ns-{n}");

    public static IEnumerable<(string Name, string Zone)> AllNodes => Enumerable.Range(0, Nodes).Select(static n => ($"node-{n}", $"zone-{n % 3}"));

    public static string NamespaceOf(int service) => $"ns-{service % Namespaces}";

    public static string NameOf(int service) => $"service-{service}";

    public static IPAddress ClusterIp(int service) => Address(0x0A60_0100u + (uint)service);

    public static string NodeOf(int endpoint) => $"node-{endpoint % Nodes}";

    public string PodOf(int service, int endpoint) => $"{NameOf(service)}-{endpoint}";

    public IPAddress PodIp(int service, int endpoint) => Address(0x0AC8_0000u + (uint)IndexOf(service, endpoint));

    public int IndexOf(int service, int endpoint) => (service * EndpointsPerService) + endpoint;

    /// <summary>The endpoint that has an address of the wire (IPv4, network order), or -1.</summary>
    public int IndexOf(uint ipv4) => ipv4 - 0x0AC8_0000u < (uint)Endpoints ? (int)(ipv4 - 0x0AC8_0000u) : -1;

    /// <summary>The Services that a proxy follows: spread evenly, each by as many proxies.</summary>
    public IEnumerable<int> TargetsOf(int proxy) => Enumerable.Range(0, TargetsPerProxy).Select(t => ((proxy * TargetsPerProxy) + t) % Services);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Services} Services, {Endpoints} endpoints, {Proxies} proxies, {Streams} streams");

    private static IPAddress Address(uint value) => new([(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value]);
}
