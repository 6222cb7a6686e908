using Linkerd.Inject.Reports;
using Linkerd.Inject.Transforms;
using Linkerd.Testing;

namespace Linkerd.Inject.Tests;

/// <summary>What <c>linkerd inject</c> and <c>uninject</c> write and say.</summary>
public sealed class InjectTransformTests
{
    private static readonly InjectOptions Options = new() { Values = Resources.Values, CreatedBy = "linkerd/cli test" };

    [Fact]
    public void The_default_is_an_annotation_and_the_rest_stays_as_it_was()
    {
        var input = $"""
            # a comment
            apiVersion: v1
            kind: ConfigMap
            metadata: {"{name: settings}"}
            ---
            {Resources.Workload("Deployment")}
            """;

        var result = InjectTransform.Run(input, Options);

        Assert.Empty(result.Errors);
        Assert.StartsWith("# a comment\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n---\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("      annotations:\n        linkerd.io/inject: enabled\n", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("linkerd-proxy", result.Output, StringComparison.Ordinal);
        Assert.EndsWith("---\n", result.Output, StringComparison.Ordinal);
        Assert.Equal("\nconfigmap \"settings\" skipped\ndeployment \"web\" injected\n\n", result.Report);
    }

    [Theory]
    [InlineData("Deployment")]
    [InlineData("CronJob")]
    public void Manual_injection_is_undone_by_uninject(string kind)
    {
        var input = Resources.Workload(kind);

        var injected = InjectTransform.Run(input, Options with { Manual = true, ServerVersion = Resources.New });
        var back = UninjectTransform.Run(injected.Output);

        Assert.Contains("linkerd-proxy", injected.Output, StringComparison.Ordinal);
        Assert.Contains("linkerd.io/created-by: linkerd/cli test", injected.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("linkerd", back.Output, StringComparison.Ordinal);
        Assert.Equal($"\n{kind.ToLowerInvariant()} \"web\" uninjected\n\n", back.Report);
        Assert.Equal(Kubernetes.Yaml.KubernetesYaml.Write(Resources.Parse(input)) + "---\n", back.Output);
    }

    [Fact]
    public void Injecting_again_changes_nothing()
    {
        var options = Options with { Manual = true };
        var once = InjectTransform.Run(Resources.Workload("Deployment"), options).Output;

        Assert.Equal(once, InjectTransform.Run(once, options).Output);
    }

    [Fact]
    public void Flags_become_annotations()
    {
        var changed = Resources.Values with
        {
            Proxy = Resources.Values.Proxy with { LogLevel = "debug", Await = false, Uid = 7, IsIngress = true, WaitBeforeExitSeconds = 3 },
            ProxyInit = Resources.Values.ProxyInit with { IgnoreInboundPorts = "1" },
        };
        var options = Options with { Values = changed, Overrides = OverrideAnnotations.Between(Resources.Values, changed), EnableDebugSidecar = true, CloseWaitTimeout = "1h0m0s" };

        var output = InjectTransform.Run(Resources.Workload("Deployment"), options).Output;

        foreach (var line in (string[])["config.linkerd.io/proxy-log-level: debug", "config.linkerd.io/proxy-await: disabled", "config.linkerd.io/proxy-uid: \"7\"", "linkerd.io/inject: ingress",
            "config.alpha.linkerd.io/proxy-wait-before-exit-seconds: \"3\"", "config.linkerd.io/skip-inbound-ports: \"1\"", "config.linkerd.io/enable-debug-sidecar: \"true\"", "config.linkerd.io/close-wait-timeout: 1h0m0s"])
            Assert.Contains("\n        " + line + "\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Namespaces_and_Services_are_annotated()
    {
        const string input = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n---\napiVersion: v1\nkind: Service\nmetadata:\n  name: db\n";

        var plain = InjectTransform.Run(input, Options);
        var opaque = InjectTransform.Run(input, Options with { Overrides = new Dictionary<string, string> { [Annotations.OpaquePorts] = "3306" } });

        Assert.Equal("\nnamespace \"shop\" annotated\nservice \"db\" skipped\n\n", plain.Report);
        Assert.Contains("linkerd.io/inject: enabled", plain.Output, StringComparison.Ordinal);
        Assert.Equal("\nnamespace \"shop\" annotated\nservice \"db\" annotated\n\n", opaque.Report);
        Assert.Equal(2, opaque.Output.Split("opaque-ports: \"3306\"").Length - 1);
    }

    [Fact]
    public void Items_of_a_list_are_documents()
    {
        var list = "apiVersion: v1\nkind: List\nitems:\n- " + Resources.Workload("Deployment").ReplaceLineEndings("\n  ") + "\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: s}\n";

        var result = InjectTransform.Run(list, Options);

        Assert.Equal("\ndeployment \"web\" injected\nsecret \"s\" skipped\n\n", result.Report);
        Assert.StartsWith("apiVersion: v1\nkind: List\nitems:\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("linkerd.io/inject: enabled", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_is_written_a_line_each()
    {
        var result = InjectTransform.Run(Resources.Workload("Deployment") + "\n---\n" + Resources.Pod, Options with { Format = OutputFormat.Json });

        Assert.Equal(2, result.Output.TrimEnd('\n').Split('\n').Length);
        Assert.StartsWith("{\"apiVersion\":\"apps/v1\"", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hostNetwork: true", "failed to inject deployment/web: hostNetwork is enabled")]
    [InlineData("initContainers: [{name: istio-init, image: x}]", "failed to inject deployment/web: pod has a sidecar injected already")]
    public void What_cannot_be_injected_is_an_error(string line, string error)
    {
        var result = InjectTransform.Run(Resources.Workload("Deployment").Replace("      containers:", $"      {line}\n      containers:", StringComparison.Ordinal), Options);

        Assert.Equal([error], result.Errors);
        Assert.Equal("", result.Output);
        Assert.Equal("Error transforming resources:\n" + error, result.ErrorText);
    }

    [Fact]
    public void A_disabled_pod_is_skipped_with_a_warning()
    {
        var input = Resources.Workload("Deployment").Replace("      labels:", "      annotations: {linkerd.io/inject: disabled}\n      labels:", StringComparison.Ordinal);

        var result = InjectTransform.Run(input, Options);

        Assert.Equal("\n\u203c \"linkerd.io/inject: disabled\" annotation set on deployment/web\n\ndeployment \"web\" skipped\n\n", result.Report);
    }

    [Fact]
    public void Udp_ports_are_named()
    {
        var input = Resources.Workload("Deployment").Replace("containerPort: 80", "containerPort: 80\n          protocol: UDP", StringComparison.Ordinal);

        Assert.Equal("\n\u203c deployment/web uses \"protocol: UDP\"\n\ndeployment \"web\" injected\n\n", InjectTransform.Run(input, Options).Report);
    }

    [Fact]
    public void Nothing_to_inject_is_said()
    {
        Assert.Equal("\n\u203c no supported objects found\n\ndocument missing \"kind\" field, skipped\n\n", InjectTransform.Run("a: b", Options).Report);
    }

    [Fact]
    public void Verbose_tells_what_is_well() =>
        Golden.Match("Linkerd.Inject.Tests", "report.verbose.txt", InjectTransform.Run(Resources.Workload("Deployment"), Options with { Verbose = true }).Report);

    [Fact]
    public void Marks_are_coloured_on_request() =>
        Assert.Contains("\e[33;1m\u203c\e[0m no supported", InjectTransform.Run("a: b", Options with { Color = true }).Report, StringComparison.Ordinal);

    [Fact]
    public void The_control_plane_is_injected_by_hand_only()
    {
        var input = Resources.Workload("Deployment").Replace("app: web", "linkerd.io/control-plane-component: web", StringComparison.Ordinal);

        Assert.Equal(["--manual must be set when injecting control plane components"], InjectTransform.Run(input, Options).Errors);
        Assert.Empty(InjectTransform.Run(input, Options with { Manual = true }).Errors);
    }

    [Fact]
    public void A_table_is_recognised()
    {
        var result = InjectTransform.Run("NAME   READY   UP-TO-DATE   AVAILABLE   AGE\nweb    1/1     1            1           3d\n", Options);

        Assert.Contains("-o yaml", Assert.Single(result.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Broken_yaml_is_an_error() => Assert.Contains("line", Assert.Single(InjectTransform.Run("a: [b", Options).Errors), StringComparison.Ordinal);

    [Fact]
    public void Uninject_keeps_what_is_the_users()
    {
        const string input = """
            kind: Deployment
            metadata:
              name: web
            spec:
              template:
                metadata:
                  annotations:
                    config.linkerd.io/proxy-log-level: debug
                    linkerd.io/inject: disabled
                spec:
                  containers: []
            """;

        var result = UninjectTransform.Run(input);

        Assert.Equal(input + "\n---\n", result.Output);
        Assert.Equal("\ndeployment \"web\" skipped\n\n", result.Report);
    }

    [Fact]
    public void Reports_without_a_pod_template_are_not_injectable() => Assert.False(new InjectReport { UnsupportedResource = true }.Injectable);
}
