using System.Net;
using System.Security.Cryptography;
using System.Text.Json;

namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>A pod: a namespace with an address and, when meshed, the firewall and the proxy that injection gives it.</summary>
internal sealed class Pod : IAsyncDisposable
{
    private readonly string _folder;

    public Pod(string name, NetworkNamespace ns, IPAddress address)
    {
        Name = name;
        Namespace = ns;
        Address = address;
        _folder = Directory.CreateTempSubdirectory($"l5dfn-{name}-").FullName;
    }

    public string Name { get; }

    public NetworkNamespace Namespace { get; }

    public IPAddress Address { get; }

    public IPAddress AddressV6 => MeshNetwork.AddressV6(Address);

    public string Identity => $"{Name}.test.serviceaccount.identity.linkerd.cluster.local";

    public ProxyProcess? Proxy { get; private set; }

    /// <summary>What the proxy runs under.</summary>
    public string[] Wrapper { get; set; } = [];

    /// <summary>The pod's name in a workload that a proxy sends.</summary>
    public static string NameOf(string workload)
    {
        using var json = JsonDocument.Parse(workload);
        return json.RootElement.GetProperty("pod").GetString()!;
    }

    /// <summary>Runs proxy-init as the injected init container does.</summary>
    public Task ProgramFirewallAsync(string inboundPortsToIgnore = "", string outboundPortsToIgnore = "", bool v6 = false, int proxyUid = ProxyProcess.Uid)
        => Shell.RunAsync(Binaries.Init, "proxy-init",
            "--netns", Namespace.Path, "--incoming-proxy-port", "4143", "--outgoing-proxy-port", "4140", "--proxy-uid", $"{proxyUid}",
            "--inbound-ports-to-ignore", string.Join(',', new[] { "4190,4191,4567,4568", inboundPortsToIgnore }.Where(p => p.Length > 0)),
            "--outbound-ports-to-ignore", string.Join(',', new[] { "4567,4568", outboundPortsToIgnore }.Where(p => p.Length > 0)),
            "--firewall-bin-path", "iptables-nft", "--firewall-save-bin-path", "iptables-nft-save", $"--ipv6={(v6 ? "true" : "false")}", "--use-wait-flag");

    /// <summary>Starts the proxy and waits until it is ready.</summary>
    public async Task StartProxyAsync(ControlPlane control, params (string Name, string Value)[] environment)
    {
        LaunchProxy(control, environment);
        await Proxy!.WhenReadyAsync();
    }

    /// <summary>Starts the proxy and waits for nothing.</summary>
    public void LaunchProxy(ControlPlane control, params (string Name, string Value)[] environment)
    {
        WriteIdentity();
        var variables = control.Environment().ToDictionary();
        foreach (var (name, value) in Defaults().Concat(environment))
            variables["LINKERD2_PROXY_" + name] = value;
        Proxy = ProxyProcess.Start(Namespace, Name, variables, Wrapper);
    }

    /// <summary>Runs a command as the application of the pod.</summary>
    public Task<(int Code, string Output)> TryAsync(params string[] line) => Shell.TryAsync(Namespace.Command(line));

    /// <summary>Runs a command as the application of the pod; it must succeed.</summary>
    public Task<string> RunAsync(params string[] line) => Shell.RunAsync(Namespace.Command(line));

    public async ValueTask DisposeAsync()
    {
        if (Proxy is not null)
            await Proxy.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private IEnumerable<(string Name, string Value)> Defaults() =>
    [
        ("LOG", "warn,linkerd=debug"),
        ("ADMIN_LISTEN_ADDR", "0.0.0.0:4191"),
        ("CONTROL_LISTEN_ADDR", "0.0.0.0:4190"),
        ("INBOUND_LISTEN_ADDR", "0.0.0.0:4143"),
        ("OUTBOUND_LISTEN_ADDR", "127.0.0.1:4140"),
        ("INBOUND_IPS", Address.ToString()),
        ("INBOUND_PORTS", "8080"),
        ("INBOUND_DEFAULT_POLICY", "all-unauthenticated"),
        ("POLICY_WORKLOAD", $$"""{"ns":"test","pod":"{{Name}}"}"""),
        ("POLICY_CLUSTER_NETWORKS", "10.0.0.0/8"),
        ("DESTINATION_CONTEXT", $$"""{"ns":"test","nodeName":"node","pod":"{{Name}}"}"""),
        ("DESTINATION_PROFILE_SUFFIXES", "svc.cluster.local."),
        ("DESTINATION_PROFILE_NETWORKS", "10.0.0.0/8"),
        ("IDENTITY_DIR", _folder),
        ("IDENTITY_TOKEN_FILE", Path.Combine(_folder, "token")),
        ("IDENTITY_LOCAL_NAME", Identity),
        ("IDENTITY_SERVER_ID", Identity),
        ("IDENTITY_SERVER_NAME", Identity),
        ("SHUTDOWN_GRACE_PERIOD", "1s"),
        // On a busy machine a proxy that is still compiling itself may take a while.
        ("INBOUND_CONNECT_TIMEOUT", "5s"),
        ("OUTBOUND_CONNECT_TIMEOUT", "5s"),
    ];

    private void WriteIdentity()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllBytes(Path.Combine(_folder, "key.p8"), key.ExportPkcs8PrivateKey());
        File.WriteAllBytes(Path.Combine(_folder, "csr.der"), MeshAuthority.Request(Identity, key));
        File.WriteAllText(Path.Combine(_folder, "token"), "token of " + Name);
        Shell.Run("chown", "-R", $"{ProxyProcess.Uid}", _folder);
    }
}
