using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Linkerd.Kubernetes.Yaml;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Linkerd.Cli.Tests.Inject;

/// <summary><c>linkerd inject</c> and <c>uninject</c>: where manifests come from, every kind, every flag, and the report.</summary>
public sealed class InjectCommandTests : IDisposable
{
    private static readonly string[] ShopNames =
        ["accounts", "accounts-db", "basket", "basket-db", "broker", "catalog", "catalog-db", "orders", "orders-db", "payment", "queue", "sessions-db", "shipping", "web"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lkj");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_list_of_fourteen_deployments_is_injected_and_taken_out_again()
    {
        var shop = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Inject", "shop.yml"), TestContext.Current.CancellationToken);
        var (code, injected, report) = await InjectAsync(shop, "-");
        Assert.Equal(0, code);
        Assert.Equal("\n" + string.Concat(ShopNames.Select(n => $"deployment \"{n}\" injected\n")) + "\n", report);
        var items = KubernetesYaml.Read(injected)!["items"]!.AsArray();
        Assert.Equal(ShopNames, items.Select(i => i!["metadata"]!["name"]!.GetValue<string>()));
        Assert.All(items, i => Assert.Equal("enabled", i!["spec"]!["template"]!["metadata"]!["annotations"]!["linkerd.io/inject"]!.GetValue<string>()));
        // What was there stays, and nothing but the pod templates is touched.
        Assert.Equal("true", items[13]!["spec"]!["template"]!["metadata"]!["annotations"]!["prometheus.io/scrape"]!.GetValue<string>());
        Assert.All(items, i => Assert.Single(i!["metadata"]!["annotations"]!.AsObject()));

        var (undone, output, said) = await CliRunner.RunAsync(injected, "uninject", "-");
        Assert.Equal(0, undone);
        Assert.Equal("\n" + string.Concat(ShopNames.Select(n => $"deployment \"{n}\" uninjected\n")) + "\n", said);
        Assert.True(JsonNode.DeepEquals(KubernetesYaml.Read(shop), KubernetesYaml.Read(output)), output);

        // A second time there is nothing left to take out.
        Assert.Contains("deployment \"web\" skipped\n", (await CliRunner.RunAsync(output, "uninject", "-")).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("apps/v1", "Deployment", "spec.template")]
    [InlineData("apps/v1", "StatefulSet", "spec.template")]
    [InlineData("apps/v1", "DaemonSet", "spec.template")]
    [InlineData("apps/v1", "ReplicaSet", "spec.template")]
    [InlineData("v1", "ReplicationController", "spec.template")]
    [InlineData("batch/v1", "Job", "spec.template")]
    [InlineData("batch/v1", "CronJob", "spec.jobTemplate.spec.template")]
    [InlineData("v1", "Pod", "")]
    public async Task Every_kind_with_pods_has_its_template_annotated(string version, string kind, string template)
    {
        JsonObject inner = new() { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["app"] = "x" } }, ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "x", ["image"] = "x" }) } };
        foreach (var step in Enumerable.Reverse(template.Split('.', StringSplitOptions.RemoveEmptyEntries)))
            inner = new JsonObject { [step] = inner };
        inner["apiVersion"] = version;
        inner["kind"] = kind;
        inner["metadata"] = new JsonObject { ["name"] = "x" };
        var (code, output, report) = await InjectAsync(inner.ToJsonString(), "-");
        Assert.Equal((0, $"\n{kind.ToLowerInvariant()} \"x\" injected\n\n"), (code, report));
        var node = template.Split('.', StringSplitOptions.RemoveEmptyEntries).Aggregate(KubernetesYaml.Read(output)!, (n, step) => n[step]!);
        Assert.Equal("enabled", node["metadata"]!["annotations"]!["linkerd.io/inject"]!.GetValue<string>());
    }

    [Fact]
    public async Task Namespaces_are_annotated_and_other_kinds_left_as_they_are()
    {
        const string input = "# kept as it stands\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n";
        var (code, output, report) = await InjectAsync(input, "-");
        Assert.Equal((0, "\nconfigmap \"c\" skipped\nnamespace \"shop\" annotated\n\n"), (code, report));
        Assert.StartsWith("# kept as it stands\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n---\n", output, StringComparison.Ordinal);
        Assert.Equal("enabled", KubernetesYaml.ReadAll(output)[1]["metadata"]!["annotations"]!["linkerd.io/inject"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("--proxy-image my/proxy", "config.linkerd.io/proxy-image", "my/proxy")]
    [InlineData("--registry my.example", "config.linkerd.io/proxy-image", "my.example/proxy")]
    [InlineData("--image-pull-policy Never", "config.linkerd.io/image-pull-policy", "Never")]
    [InlineData("--inbound-port 5143", "config.linkerd.io/inbound-port", "5143")]
    [InlineData("--outbound-port 5140", "config.linkerd.io/outbound-port", "5140")]
    [InlineData("--control-port 5190", "config.linkerd.io/control-port", "5190")]
    [InlineData("--admin-port 5191", "config.linkerd.io/admin-port", "5191")]
    [InlineData("--skip-inbound-ports 25,3306", "config.linkerd.io/skip-inbound-ports", "25,3306")]
    [InlineData("--skip-outbound-ports 4222-4224", "config.linkerd.io/skip-outbound-ports", "4222-4224")]
    [InlineData("--opaque-ports 5432", "config.linkerd.io/opaque-ports", "5432")]
    [InlineData("--proxy-uid 3000", "config.linkerd.io/proxy-uid", "3000")]
    [InlineData("--proxy-gid 3001", "config.linkerd.io/proxy-gid", "3001")]
    [InlineData("--proxy-log-level debug", "config.linkerd.io/proxy-log-level", "debug")]
    [InlineData("--proxy-cpu-request 100m", "config.linkerd.io/proxy-cpu-request", "100m")]
    [InlineData("--proxy-cpu-limit 2", "config.linkerd.io/proxy-cpu-limit", "2")]
    [InlineData("--proxy-memory-request 20Mi", "config.linkerd.io/proxy-memory-request", "20Mi")]
    [InlineData("--proxy-memory-limit 250Mi", "config.linkerd.io/proxy-memory-limit", "250Mi")]
    [InlineData("--enable-external-profiles", "config.linkerd.io/enable-external-profiles", "true")]
    [InlineData("--default-inbound-policy cluster-authenticated", "config.linkerd.io/default-inbound-policy", "cluster-authenticated")]
    [InlineData("--access-log json", "config.linkerd.io/access-log", "json")]
    [InlineData("--shutdown-grace-period 30s", "config.linkerd.io/shutdown-grace-period", "30s")]
    [InlineData("--native-sidecar=false", "config.linkerd.io/proxy-enable-native-sidecar", "false")]
    [InlineData("--wait-before-exit-seconds 15", "config.alpha.linkerd.io/proxy-wait-before-exit-seconds", "15")]
    [InlineData("--require-identity-on-inbound-ports 8080", "config.linkerd.io/proxy-require-identity-inbound-ports", "8080")]
    [InlineData("--enable-debug-sidecar", "config.linkerd.io/enable-debug-sidecar", "true")]
    [InlineData("--close-wait-timeout 1h", "config.linkerd.io/close-wait-timeout", "1h")]
    [InlineData("--ingress", "linkerd.io/inject", "ingress")]
    public async Task Every_flag_is_an_annotation_of_the_template(string flag, string annotation, string value)
    {
        var (code, output, report) = await InjectAsync(Web, [.. flag.Split(' '), "-"]);
        Assert.Equal((0, "\ndeployment \"web\" injected\n\n"), (code, report));
        var annotations = KubernetesYaml.Read(output)!["spec"]!["template"]!["metadata"]!["annotations"]!.AsObject();
        Assert.Equal(value, annotations[annotation]!.GetValue<string>());
        Assert.Equal(annotation == "linkerd.io/inject" ? 1 : 2, annotations.Count);
    }

    [Theory]
    [InlineData("--proxy-cpu", "100m", "config.linkerd.io/proxy-cpu-request", "--proxy-cpu-request")]
    [InlineData("--proxy-memory", "20Mi", "config.linkerd.io/proxy-memory-request", "--proxy-memory-request")]
    [InlineData("-v", "stable-9", "config.linkerd.io/proxy-version", "--proxy-image")]
    public async Task Deprecated_flags_work_and_say_what_to_use(string flag, string value, string annotation, string now)
    {
        var (code, output, report) = await InjectAsync(Web, flag, value, "-");
        Assert.Equal(0, code);
        Assert.Equal(value, KubernetesYaml.Read(output)!["spec"]!["template"]!["metadata"]!["annotations"]![annotation]!.GetValue<string>());
        Assert.StartsWith($"Flag {(flag == "-v" ? "--proxy-version" : flag)} has been deprecated, use {now} instead\n", report, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--disable-identity is no longer supported", "--disable-identity", "-")]
    [InlineData("--manual needs the trust anchors of the installed control plane", "--manual", "-")]
    public async Task Flags_that_cannot_be_obeyed_say_why(string expected, params string[] arguments)
    {
        var (code, output, error) = await InjectAsync(Web, arguments);
        Assert.Equal((1, ""), (code, output));
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_report_warns_and_verbose_says_what_is_well()
    {
        const string disabled = """
            apiVersion: v1
            kind: Pod
            metadata: {name: quiet, annotations: {linkerd.io/inject: disabled} }
            spec: {containers: [{name: x, image: x}]}
            """;
        var (code, _, report) = await InjectAsync(disabled, "-");
        Assert.Equal((0, "\n\u203c \"linkerd.io/inject: disabled\" annotation set on pod/quiet\n\npod \"quiet\" skipped\n\n"), (code, report));
        (_, _, report) = await InjectAsync(Web, "--verbose", "-");
        Assert.Equal(
            """

            √ pods do not use host networking
            √ pods do not have a 3rd party proxy or initContainer already injected
            √ pods are not annotated to disable injection
            √ at least one resource can be injected or annotated
            √ pod specs do not include UDP ports
            √ pods do not have automountServiceAccountToken set to "false" or service account token projection is enabled

            deployment "web" injected


            """, report);
    }

    [Fact]
    public async Task A_folder_is_read_with_all_below_it()
    {
        await WriteAsync("b.yaml", Web.Replace("name: web", "name: second", StringComparison.Ordinal));
        await WriteAsync("a.yml", Web);
        await WriteAsync("below/c.json", """{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "third"}, "spec": {"containers": [{"name": "x", "image": "x"}]}}""");
        await WriteAsync("notes.txt", "no manifest");
        var (code, output, report) = await InjectAsync("", _folder.FullName);
        Assert.Equal((0, "\ndeployment \"web\" injected\ndeployment \"second\" injected\npod \"third\" injected\n\n"), (code, report));
        Assert.Equal(3, KubernetesYaml.ReadAll(output).Count);
        Assert.Contains("no .yml, .yaml, .json files in it", (await InjectAsync("", _folder.CreateSubdirectory("empty").FullName)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_is_one_document_a_line()
    {
        var (code, output, _) = await InjectAsync(Web + "---\n" + Web, "-o", "json", "-");
        Assert.Equal(0, code);
        var lines = output.TrimEnd('\n').Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.All(lines, l => Assert.Equal("enabled", JsonNode.Parse(l)!["spec"]!["template"]!["metadata"]!["annotations"]!["linkerd.io/inject"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_URL_is_read_over_http_and_https(bool tls)
    {
        using var certificate = Certificate();
        var trusted = Path.Combine(_folder.FullName, "ca.pem");
        await File.WriteAllTextAsync(trusted, certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
        await using var server = await ServeAsync(tls ? certificate : null);
        var address = server.Urls.Single().Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        // A process of its own, which trusts the certificate that it is told to.
        var (code, output, report) = await RunAsync(trusted, "inject", "--ignore-cluster", address + "/web.yml");
        Assert.True(code == 0, report);
        Assert.Equal("\ndeployment \"web\" injected\n\n", report);
        Assert.Contains("linkerd.io/inject: enabled", output, StringComparison.Ordinal);
        (code, _, report) = await RunAsync(trusted, "inject", "--ignore-cluster", address + "/none.yml");
        Assert.Equal(1, code);
        Assert.Contains("/none.yml: ", report, StringComparison.Ordinal);
        Assert.Contains("404", report, StringComparison.Ordinal);
    }

    private const string Web = """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: web
        spec:
          selector:
            matchLabels: {app: web}
          template:
            metadata:
              labels: {app: web}
            spec:
              containers:
              - name: web
                image: web:1

        """;

    private static Task<(int Code, string Out, string Error)> InjectAsync(string input, params string[] arguments) => CliRunner.RunAsync(input, ["inject", "--ignore-cluster", .. arguments]);

    private async Task WriteAsync(string name, string text)
    {
        var file = new FileInfo(Path.Combine(_folder.FullName, name));
        file.Directory!.Create();
        await File.WriteAllTextAsync(file.FullName, text, TestContext.Current.CancellationToken);
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddHours(-1), now.AddHours(1));
    }

    private static async Task<WebApplication> ServeAsync(X509Certificate2? certificate)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l =>
        {
            if (certificate is not null)
                l.UseHttps(certificate);
        }));
        var server = builder.Build();
        server.Run(context =>
        {
            context.Response.StatusCode = context.Request.Path == "/web.yml" ? StatusCodes.Status200OK : StatusCodes.Status404NotFound;
            return context.Request.Path == "/web.yml" ? context.Response.WriteAsync(Web) : Task.CompletedTask;
        });
        await server.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    private static async Task<(int Code, string Out, string Error)> RunAsync(string trusted, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "linkerd.dll"), .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["SSL_CERT_FILE"] = trusted;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await error);
    }
}
