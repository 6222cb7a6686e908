using System.Text.Json.Nodes;
using Linkerd.Init.Cni.Plugin;
using Linkerd.Init.Firewall;
using Linkerd.Init.Logging;
using Linkerd.Kubernetes;
using Linkerd.Testing;

namespace Linkerd.Init.Tests;

/// <summary>The CNI plugin on real tables of a real network namespace, against an API server that the test scripts.</summary>
public sealed class CniPluginTests : IDisposable
{
    private const string Result = """{"cniVersion":"1.0.0","interfaces":[{"name":"eth0","mac":"0e:00:00:00:00:01","sandbox":"/x"}],"ips":[{"address":"10.91.0.1/24","interface":0}],"dns":{"nameservers":["10.96.0.10"]},"unknown":1.50}""";

    private static readonly string[] SameFlags =
        ["-p", "4143", "-o", "4140", "--proxy-uid", "2102", "--inbound-ports-to-ignore", "4191,4190,4567-4568", "--outbound-ports-to-ignore", "3306", "--iptables-mode", "nft", "--log-level", "error"];

    private NetworkLab? _lab;
    private readonly FakeApiServer _server = new();
    private readonly StringWriter _log = new();
    private readonly Dictionary<string, string?> _environment;

    public CniPluginTests()
    {
        _environment = new()
        {
            ["CNI_COMMAND"] = "ADD",
            ["CNI_CONTAINERID"] = "c1",
            ["CNI_NETNS"] = "/run/netns/not-made",
            ["CNI_IFNAME"] = "eth0",
            ["CNI_PATH"] = "/opt/cni/bin",
            ["CNI_ARGS"] = "IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web-1;K8S_POD_INFRA_CONTAINER_ID=c1",
        };
        Namespace();
    }

    // Made when a test needs it: most fail before there is anything to write.
    private NetworkLab Lab => _lab ??= new NetworkLab();

    public void Dispose()
    {
        _server.Dispose();
        _lab?.Dispose();
    }

    [Fact]
    public void A_pod_with_a_proxy_gets_the_rules_of_proxy_init()
    {
        Pod();

        var (code, output) = Run(Config());

        Assert.Equal(0, code);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Result), JsonNode.Parse(output)), output);
        Assert.Equal("4143 10.91.0.1:80", Lab.Connect(Lab.Peer, "10.91.0.1:80"));
        Assert.Equal("4143 [fd91::1]:80", Lab.Connect(Lab.Peer, "[fd91::1]:80"));
        Assert.Equal("4140 10.91.0.2:80", Lab.Connect(Lab.Pod, "10.91.0.2:80"));
        Assert.Equal("80", Port(Lab.Connect(Lab.Pod, "10.91.0.2:80", uid: 2102)));
        Assert.Equal("4190", Port(Lab.Connect(Lab.Peer, "10.91.0.1:4190")));
        var written = Rules(Lab);
        using var other = new NetworkLab();
        Assert.Equal(0, ProxyInitCommand.Run([.. SameFlags, "--netns", other.PodNetNs]));
        Assert.Equal(Rules(other), written);
    }

    [Fact]
    public void A_native_sidecar_is_a_proxy()
    {
        Pod(containers: """[{"name":"app"}]""", init: """[{"name":"linkerd-network-validator"},{"name":"linkerd-proxy","restartPolicy":"Always"}]""");

        Assert.Equal(0, Run(Config()).Code);

        Assert.NotEmpty(Rules(Lab));
    }

    [Theory]
    [InlineData("""[{"name":"app"}]""", "[]")]
    [InlineData("""[{"name":"app"},{"name":"linkerd-proxy"}]""", """[{"name":"linkerd-init"}]""")]
    public void Other_pods_are_left_alone(string containers, string init)
    {
        Pod(containers: containers, init: init);

        var (code, output) = Run(Config());

        Assert.Equal(0, code);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Result), JsonNode.Parse(output)), output);
        Assert.Empty(Rules(Lab));
    }

    [Fact]
    public void Annotations_of_the_pod_go_before_those_of_its_namespace()
    {
        Namespace("""{"config.linkerd.io/skip-inbound-ports":"99","config.linkerd.io/skip-subnets":"10.91.0.0/24","config.linkerd.io/proxy-uid":"3000"}""");
        Pod("""{"config.linkerd.io/skip-inbound-ports":"80, 81-82","config.linkerd.io/skip-outbound-ports":"99","config.linkerd.io/proxy-gid":"2202"}""");

        Assert.Equal(0, Run(Config()).Code);

        // The pod's list is added to the configured one; that of its namespace does not count.
        Assert.Equal("80", Port(Lab.Connect(Lab.Peer, "[fd91::1]:80")));
        Assert.Equal("81", Port(Lab.Connect(Lab.Peer, "[fd91::1]:81")));
        Assert.Equal("4143", Port(Lab.Connect(Lab.Peer, "[fd91::1]:99")));
        Assert.Equal("4190", Port(Lab.Connect(Lab.Peer, "[fd91::1]:4190")));
        // The subnet is the namespace's: IPv4 only.
        Assert.Equal("99", Port(Lab.Connect(Lab.Peer, "10.91.0.1:99")));
        // Its list of outbound ports replaces the configured one.
        Assert.Equal("99", Port(Lab.Connect(Lab.Pod, "10.91.0.2:99")));
        Assert.Equal("4140", Port(Lab.Connect(Lab.Pod, "10.91.0.2:3306")));
        Assert.Equal("80", Port(Lab.Connect(Lab.Pod, "10.91.0.2:80", uid: 3000)));
        Assert.Equal("80", Port(Lab.Connect(Lab.Pod, "10.91.0.2:80", uid: 1000, gid: 2202)));
        Assert.Equal("4140", Port(Lab.Connect(Lab.Pod, "10.91.0.2:80", uid: 2102)));
    }

    [Fact]
    public void The_control_plane_reaches_the_api_server_beside_its_proxy()
    {
        Pod(labels: """{"linkerd.io/control-plane-component":"destination"}""");
        _server.Objects["/api/v1/namespaces/default/services/kubernetes"] =
            """{"kind":"Service","metadata":{"name":"kubernetes"},"spec":{"ports":[{"port":99,"targetPort":81}]}}""";

        Assert.Equal(0, Run(Config()).Code);

        Assert.Equal("99", Port(Lab.Connect(Lab.Pod, "10.91.0.2:99")));
        Assert.Equal("81", Port(Lab.Connect(Lab.Pod, "10.91.0.2:81")));
        Assert.Equal("3306", Port(Lab.Connect(Lab.Pod, "10.91.0.2:3306")));
        Assert.Equal("4140", Port(Lab.Connect(Lab.Pod, "10.91.0.2:80")));
    }

    [Fact]
    public void The_control_plane_skips_the_usual_ports_when_the_service_is_not_known()
    {
        Pod(labels: """{"linkerd.io/control-plane-component":"identity"}""");

        Assert.Equal(0, Run(Config()).Code);

        Assert.Contains(Rules(Lab), r => r.Contains("--dports 3306,443,6443 ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("kube-system")]
    [InlineData("linkerd-cni")]
    public void Excluded_namespaces_need_no_api_server(string ns)
    {
        _environment["CNI_ARGS"] = $"K8S_POD_NAMESPACE={ns};K8S_POD_NAME=a";
        _server.ReadStatus = 401;

        var (code, _) = Run(Config().Replace("\"kubernetes\":{", "\"kubernetes\":{\"exclude_namespaces\":[\"kube-system\",\"linkerd-cni\"],", StringComparison.Ordinal));

        Assert.Equal(0, code);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public void What_is_no_pod_is_passed_on()
    {
        _environment["CNI_ARGS"] = "";

        Assert.Equal(0, Run(Config()).Code);

        Assert.Empty(_server.Requests);
    }

    [Theory]
    [InlineData("DEL")]
    [InlineData("CHECK")]
    [InlineData("STATUS")]
    [InlineData("GC")]
    public void Other_commands_succeed_and_say_nothing(string command)
    {
        _environment["CNI_COMMAND"] = command;

        Assert.Equal((0, ""), Run(Config()));
        Assert.Contains("called but not implemented", _log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Versions_are_told()
    {
        _environment.Clear();
        _environment["CNI_COMMAND"] = "VERSION";

        var (code, output) = Run("""{"cniVersion":"1.0.0"}""");

        Assert.Equal(0, code);
        Assert.Equal("""{"cniVersion":"1.1.0","supportedVersions":["0.3.0","0.3.1","0.4.0","1.0.0","1.1.0"]}""", JsonNode.Parse(output)!.ToJsonString());
    }

    [Theory]
    [InlineData("0.3.1")]
    [InlineData("0.4.0")]
    [InlineData("1.1.0")]
    public void A_result_stays_of_its_version(string version)
    {
        Pod(containers: """[{"name":"app"}]""");

        var (code, output) = Run(Config().Replace("1.0.0", version, StringComparison.Ordinal));

        Assert.Equal(0, code);
        Assert.Equal(version, JsonNode.Parse(output)!["cniVersion"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("not json", 6, "1.1.0")]
    [InlineData("[1]", 6, "1.1.0")]
    [InlineData("""{"cniVersion":"0.2.0"}""", 1, "1.1.0")]
    [InlineData("""{"cniVersion":"0.4.0","linkerd":{}}""", 7, "0.4.0")]
    public void Bad_configuration_has_its_code(string config, int code, string version)
    {
        var error = Error(config);

        Assert.Equal(code, error["code"]!.GetValue<int>());
        Assert.Equal(version, error["cniVersion"]!.GetValue<string>());
        Assert.NotEqual("", error["msg"]!.GetValue<string>());
    }

    [Fact]
    public void What_nobody_thought_of_is_told_in_the_form_of_the_specification()
    {
        var error = Error("""{"cniVersion":"1.0.0","cniVersion":"1.0.0"}""");

        Assert.Equal(999, error["code"]!.GetValue<int>());
        Assert.NotEqual("", error["msg"]!.GetValue<string>());
    }

    [Fact]
    public void Too_much_input_is_refused() => Assert.Equal(6, Error("{\"a\":\"" + new string('x', CniPluginCommand.MaxInput) + "\"}")["code"]!.GetValue<int>());

    [Theory]
    [InlineData("incoming-proxy-port", "\"http\"", "linkerd.incoming-proxy-port: \"http\" is not a number")]
    [InlineData("ports-to-redirect", "8", "linkerd.ports-to-redirect: 8 is not a list")]
    [InlineData("ipv6", "\"some\"", "linkerd.ipv6: \"some\" is not true or false")]
    [InlineData("incoming-proxy-port", "70000", "--incoming-proxy-port must be a valid TCP port number")]
    [InlineData("iptables-mode", "\"ebpf\"", "--iptables-mode valid values")]
    public void A_wrong_value_is_named(string field, string value, string message)
    {
        Pod();
        var config = JsonNode.Parse(Config())!.AsObject();
        config["linkerd"]![field] = JsonNode.Parse(value);

        var error = Error(config.ToJsonString());

        Assert.Equal(7, error["code"]!.GetValue<int>());
        Assert.Contains(message, error["msg"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_annotation_is_named()
    {
        Pod("""{"config.linkerd.io/skip-subnets":"ten"}""");

        Assert.Contains("ten is not a valid CIDR", Error(Config())["msg"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CNI_COMMAND", null, "CNI_COMMAND")]
    [InlineData("CNI_COMMAND", "MOVE", "unknown CNI_COMMAND: MOVE")]
    [InlineData("CNI_NETNS", null, "CNI_NETNS")]
    [InlineData("CNI_CONTAINERID", "", "CNI_CONTAINERID")]
    [InlineData("CNI_IFNAME", null, "CNI_IFNAME")]
    [InlineData("CNI_ARGS", "K8S_POD_NAME", "\"K8S_POD_NAME\" is not KEY=VALUE")]
    public void A_wrong_environment_is_named(string name, string? value, string message)
    {
        _environment[name] = value;

        var error = Error(Config());

        Assert.Equal(4, error["code"]!.GetValue<int>());
        Assert.Contains(message, error["msg"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(503, 11)]
    [InlineData(403, 101)]
    [InlineData(401, 101)]
    public void An_api_server_that_does_not_answer_fails_the_pod(int status, int code)
    {
        Pod();
        _server.ReadStatus = status;

        var error = Error(Config());

        Assert.Equal(code, error["code"]!.GetValue<int>());
        Assert.Equal("cannot read pod shop/web-1 from the API server", error["msg"]!.GetValue<string>());
        Assert.Empty(Rules(Lab));
    }

    [Fact]
    public void A_pod_that_is_not_there_fails() => Assert.Equal(101, Error(Config())["code"]!.GetValue<int>());

    [Fact]
    public void Failing_iptables_fails_the_pod()
    {
        Pod();
        _environment["CNI_NETNS"] = "/run/netns/there-is-no-such-namespace";

        var error = Error(Config());

        Assert.Equal(100, error["code"]!.GetValue<int>());
        Assert.StartsWith("nsenter --net=/run/netns/there-is-no-such-namespace -- iptables-nft-save -t nat: exit status 1: ", error["details"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_program_reads_its_kubeconfig_and_trusts_only_its_authority()
    {
        _environment["CNI_NETNS"] = Lab.PodNetNs;
        using var authority = new TestAuthority();
        using var server = new FakeApiServer(authority.Issue("localhost").Certificate);
        server.Objects["/api/v1/namespaces/shop/pods/web-1"] = """{"metadata":{"name":"web-1"},"spec":{"containers":[{"name":"linkerd-proxy"}]}}""";
        var folder = Directory.CreateTempSubdirectory("linkerd-cni-test").FullName;
        var kubeConfig = Path.Combine(folder, "kubeconfig");
        var config = Config().Replace("__KUBECONFIG__", kubeConfig, StringComparison.Ordinal);

        File.WriteAllText(kubeConfig, KubeConfig(server.Port, authority.Pem));
        var (code, output, errors) = Execute(config);
        Assert.True(code == 0, output + errors);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Result), JsonNode.Parse(output)), output);
        Assert.Equal("4140", Port(Lab.Connect(Lab.Pod, "10.91.0.2:80")));
        Assert.All(server.Requests, r => Assert.Equal("Authorization: Bearer the-token", r.Authorization));

        using var stranger = new TestAuthority("stranger");
        File.WriteAllText(kubeConfig, KubeConfig(server.Port, stranger.Pem));
        (code, output, _) = Execute(config);
        Assert.Equal(1, code);
        Assert.Equal(11, JsonNode.Parse(output)!["code"]!.GetValue<int>());

        File.Delete(kubeConfig);
        (code, output, _) = Execute(config);
        Assert.Equal(7, JsonNode.Parse(output)!["code"]!.GetValue<int>());
        Directory.Delete(folder, recursive: true);
    }

    private static string KubeConfig(int port, string ca) => $"""
        apiVersion: v1
        kind: Config
        clusters:
        - name: local
          cluster:
            server: https://localhost:{port}
            certificate-authority-data: {Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(ca))}
        users:
        - name: u
          user:
            token: the-token
        contexts:
        - name: c
          context:
            cluster: local
            user: u
        current-context: c
        """;

    private static string Config() => $$"""
        {"cniVersion":"1.0.0","name":"cbr0","type":"linkerd-cni","log_level":"debug","policy":{"type":"k8s"},"kubernetes":{"kubeconfig":"__KUBECONFIG__"},
         "linkerd":{"incoming-proxy-port":4143,"outgoing-proxy-port":4140,"proxy-uid":2102,"ports-to-redirect":[],"inbound-ports-to-ignore":["4191","4190","4567-4568"],
          "outbound-ports-to-ignore":[3306],"simulate":false,"use-wait-flag":true,"iptables-mode":"nft","ipv6":true},
         "prevResult":{{Result}} }
        """;

    private static string Port(string answer) => answer.Split(' ')[0];

    // Each rule is followed by its family's, so that the order of saving does not matter.
    private static string[] Rules(NetworkLab lab) =>
        [.. new[] { "iptables-nft-save", "ip6tables-nft-save" }.SelectMany(save => lab.Rules(save).Split('\n')).Where(r => r.StartsWith("-A ", StringComparison.Ordinal))];

    private void Namespace(string annotations = "{}") =>
        _server.Objects["/api/v1/namespaces/shop"] = $$"""{"kind":"Namespace","metadata":{"name":"shop","annotations":{{annotations}} } }""";

    private void Pod(string annotations = "{}", string labels = "{}", string containers = """[{"name":"app"},{"name":"linkerd-proxy"}]""", string init = "[]")
    {
        _environment["CNI_NETNS"] = Lab.PodNetNs;
        _server.Objects["/api/v1/namespaces/shop/pods/web-1"] =
            $$"""{"kind":"Pod","metadata":{"name":"web-1","namespace":"shop","annotations":{{annotations}},"labels":{{labels}} },"spec":{"containers":{{containers}},"initContainers":{{init}} } }""";
    }

    private JsonNode Error(string config)
    {
        var (code, output) = Run(config);
        Assert.Equal(1, code);
        return JsonNode.Parse(output)!;
    }

    private (int Code, string Output) Run(string config)
    {
        using var output = new StringWriter();
        var client = new KubernetesConfig { Server = new Uri($"http://127.0.0.1:{_server.Port}/") };
        var code = CniPluginCommand.Run(_environment.GetValueOrDefault, new StringReader(config), output, new InitLog(_log, TimeProvider.System), _ => new KubernetesClient(client));
        return (code, output.ToString());
    }

    private (int Code, string Output, string Errors) Execute(string config)
    {
        using var process = Shell.Start(["env", .. _environment.Select(v => $"{v.Key}={v.Value}"), "dotnet", InitBinary.Path, "cni"]);
        process.StandardInput.Write(config);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.GetAwaiter().GetResult());
    }
}
