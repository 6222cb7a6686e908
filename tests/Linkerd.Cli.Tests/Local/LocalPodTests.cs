using System.Text.RegularExpressions;
using Linkerd.Testing;

namespace Linkerd.Cli.Tests.Local;

/// <summary>What kubectl does with the pods of an embedded cluster, and what they may be made of. One cluster for all.</summary>
public sealed partial class LocalPodTests(LocalPodTests.Fixture fixture) : IClassFixture<LocalPodTests.Fixture>
{
    private RunningCluster Cluster => fixture.Cluster;

    [Fact]
    public async Task A_terminal_of_kubectl_exec_has_a_size_and_a_shell()
    {
        // script(1) gives kubectl a terminal of its own.
        const string Session = "stty rows 33 cols 99; exec kubectl exec -it deploy/web -- sh -c '[ -t 0 ] && echo terminal; stty size; read line; echo \"got $line\"; exit 7'";
        var (code, text) = await Cluster.RunAsync("hello there\n", "script", "-qec", Session, "/dev/null");

        Assert.Equal(7, code);
        Assert.Contains("terminal", text, StringComparison.Ordinal);
        Assert.Contains("33 99", text, StringComparison.Ordinal);
        Assert.Contains("got hello there", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attach_shows_what_a_container_writes_from_now_on()
    {
        using var attach = Cluster.Start("kubectl", "attach", "talker");
        var line = await attach.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        attach.Kill();

        Assert.Matches("^tick [0-9]+$", line);
    }

    [Fact]
    public async Task Port_forward_carries_requests_to_a_pod()
    {
        using var forward = Cluster.Start("kubectl", "port-forward", "deploy/web", ":80");
        try
        {
            var line = await forward.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) ?? "";
            using var http = new HttpClient();
            var address = new Uri($"http://127.0.0.1:{LocalPort().Match(line).Groups[1].Value}/hostname");
            // The second request finds the tunnel open.
            for (var i = 0; i < 2; i++)
                Assert.StartsWith("web-", await http.GetStringAsync(address, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
        finally
        {
            forward.Kill();
        }
    }

    [Fact]
    public async Task A_gRPC_probe_decides_whether_a_pod_is_ready()
    {
        await Cluster.ApplyAsync(GrpcPod("healthy", "") + "---\n" + GrpcPod("unhealthy", "no.such.Service"));

        await Cluster.KubectlAsync("wait", "--for=condition=Ready", "pod/healthy", "--timeout=60s");
        await RunningCluster.UntilAsync(
            async () => (await Cluster.KubectlAsync("get", "events", "--field-selector=involvedObject.name=unhealthy,reason=Unhealthy", "-o", "jsonpath={.items[*].message}")).Contains("gRPC", StringComparison.Ordinal),
            "an event that the probe failed");
        Assert.Equal("False", await Cluster.KubectlAsync("get", "pod", "unhealthy", "-o", "jsonpath={.status.conditions[?(@.type==\"Ready\")].status}"));
    }

    [Theory]
    [InlineData("oci")]
    [InlineData("docker")]
    public async Task Pods_run_from_a_loaded_archive(string format)
    {
        var name = $"registry.example.com/hello-{format}:1";
        var archive = Path.Combine(Cluster.Home, format + ".tar");
        var (made, said) = await Cluster.RunAsync(null, "sh", "-ec", MakeArchive, "sh", Cluster.Home, name, archive, format, Repository.Root);
        Assert.True(made == 0, said);

        var (code, text) = await Cluster.LocalAsync("image", "load", archive);
        Assert.True(code == 0, text);
        Assert.Contains(name, text, StringComparison.Ordinal);
        await Cluster.ApplyAsync($$"""
            apiVersion: v1
            kind: Pod
            metadata: {name: "hello-{{format}}"}
            spec:
              restartPolicy: Never
              containers: [{name: hello, image: "{{name}}", args: [from, args]}]
            """);
        await RunningCluster.UntilAsync(async () => await Cluster.KubectlAsync("get", "pod", "hello-" + format, "-o", "jsonpath={.status.phase}") == "Succeeded", "the end of the pod");
        Assert.Equal("uid 1234, file of the image, from args", (await Cluster.KubectlAsync("logs", "hello-" + format)).Trim());
    }

    [Fact]
    public async Task An_archive_that_is_none_is_refused_with_what_to_give()
    {
        var file = Path.Combine(Cluster.Home, "no.tar");
        await File.WriteAllTextAsync(file, "not an archive", TestContext.Current.CancellationToken);

        var (code, text) = await Cluster.LocalAsync("image", "load", file);
        Assert.NotEqual(0, code);
        Assert.Contains("no.tar cannot be loaded", text, StringComparison.Ordinal);
    }

    private static string GrpcPod(string name, string service) => $$"""
        apiVersion: v1
        kind: Pod
        metadata: {name: "{{name}}"}
        spec:
          containers:
          - name: emoji
            image: ghcr.io/linkerd-cs/demo:0.1.0
            args: [emoji]
            readinessProbe: {grpc: {port: 8080, service: "{{service}}"}, periodSeconds: 1}

        """;

    // A static program is all there is in the image, so nothing of this machine can help it.
    private const string MakeArchive = """
        work=$(mktemp -d) name=$2 archive=$3 format=$4 root=$5
        mkdir -p $work/root/bin $work/root/etc
        echo 'file of the image' >$work/root/etc/message
        cat >$work/hello.c <<'C'
        #include <stdio.h>
        #include <unistd.h>
        int main(int n, char **words) {
          char text[64] = "";
          FILE *file = fopen("/etc/message", "r");
          if (!file || !fgets(text, sizeof text, file)) return 1;
          for (char *end = text; *end; end++) if (*end == '\n') *end = 0;
          printf("uid %d, %s, %s %s\n", (int)getuid(), text, words[1], words[2]);
          return 0;
        }
        C
        gcc -static -o $work/root/bin/hello $work/hello.c
        if [ "$format" = oci ]; then
          $root/eng/kubernetes/lib/mkimage.py $name $work/root $archive --entrypoint /bin/hello --user 1234
        else
          # As docker save writes it: no OCI layout beside the manifest.
          tar -C $work/root -cf $work/layer.tar .
          sum=$(sha256sum $work/layer.tar | cut -d' ' -f1)
          printf '{"architecture":"amd64","os":"linux","config":{"Entrypoint":["/bin/hello"],"User":"1234"},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' $sum >$work/config.json
          printf '[{"Config":"config.json","RepoTags":["%s"],"Layers":["layer.tar"]}]' $name >$work/manifest.json
          tar -C $work -cf $archive manifest.json config.json layer.tar
        fi
        rm -rf $work
        """;

    [GeneratedRegex(@"127\.0\.0\.1:(\d+)")]
    private static partial Regex LocalPort();

    public sealed class Fixture : IAsyncLifetime
    {
        internal RunningCluster Cluster { get; } = new();

        public async ValueTask InitializeAsync()
        {
            await Cluster.UpAsync("--no-mesh");
            await Cluster.ApplyAsync("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web}
                spec:
                  selector: {matchLabels: {app: web}}
                  template:
                    metadata: {labels: {app: web}}
                    spec:
                      containers:
                      - name: web
                        image: host
                        command: [sh, -c, "cd /tmp && hostname >hostname && exec python3 -m http.server 80"]
                        readinessProbe: {httpGet: {path: /hostname, port: 80}, periodSeconds: 1}
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: talker}
                spec:
                  containers: [{name: talker, image: host, command: [sh, -c, "i=0; while :; do i=$((i+1)); echo tick $i; sleep 0.2; done"]}]
                """);
            await Cluster.KubectlAsync("wait", "--for=condition=available", "deploy/web", "--timeout=90s");
            await Cluster.KubectlAsync("wait", "--for=condition=Ready", "pod/talker", "--timeout=90s");
        }

        public ValueTask DisposeAsync() => Cluster.DisposeAsync();
    }
}
