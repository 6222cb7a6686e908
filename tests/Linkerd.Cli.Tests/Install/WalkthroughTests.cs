using Linkerd.Cli.Commands.Demo;

namespace Linkerd.Cli.Tests.Install;

/// <summary>
/// The commands of published walkthroughs, of Linkerd 2.6 to 2.13, one after the other on one API server without nodes: each works, or
/// says what to do instead. What needs running pods is tested on <c>linkerd local</c>.
/// </summary>
public sealed class WalkthroughTests
{
    // Line, input (a file beside the tests, or -), whether the output is applied, exit code, and a part of what is said or written.
    private static readonly Step[] Steps =
    [
        new("version", 0, "Server version: unavailable"),
        new("check --pre", 0, "Status check results are √"),
        new("upgrade", 1, "linkerd install"),
        new("install --crds", 0, "serviceprofiles.linkerd.io") { Applied = true },
        new("install", 0, "name: linkerd-destination") { Applied = true },
        new("version", 0, "Server version: "),
        new("check --wait 0s", 1, "√ 'linkerd-config' config map exists"),
        new("-n emojivoto check --proxy --wait 0s", 1, "see https://linkerd.io/2/checks/#"),
        new("check --pre", 1, "The \"linkerd\" namespace already exists"),
        new("install", 1, "linkerd upgrade"),
        new("install --ignore-cluster --ha", 0, "replicas: 3"),
        new("install --ignore-cluster --ha --controller-replicas=2", 0, "replicas: 2"),
        new("install --ignore-cluster --linkerd-cni-enabled", 0, "cniEnabled: true"),
        new("upgrade", 0, "name: linkerd-destination") { Applied = true },
        new("upgrade --ha", 0, "replicas: 3"),
        new("inject -", 0, "linkerd.io/inject: enabled") { Input = "emojivoto" },
        new("inject --manual -", 0, "name: linkerd-proxy") { Input = "emojivoto" },
        new("inject http://127.0.0.1:1/emojivoto.yml", 1, "http://127.0.0.1:1/emojivoto.yml: "),
        new("profile -n emojivoto web-svc --template", 0, "### ServiceProfile for web-svc.emojivoto ###"),
        new("-n booksapp profile --open-api - webapp", 0, "name: GET /authors/{id}") { Input = "webapp" },
        new("-n booksapp profile --open-api - authors", 0, @"pathRegex: /authors/[^/]*\.json") { Input = "authors" },
        new("-n booksapp profile --open-api - books", 0, "name: PUT /books/{id}.json") { Input = "books" },
        new("profile --open-api webapp.swagger webapp", 1, "webapp.swagger: no such file"),
        new("profile --proto web.proto web-svc", 1, "web.proto: no such file"),
        new("get deploy", 1, "use kubectl get"),
        new("endpoints web:80", 1, "linkerd diagnostics endpoints"),
        new("metrics deploy/web", 1, "linkerd diagnostics proxy-metrics"),
        new("stat deploy -n emojivoto", 1, "Command \"stat\" is deprecated, use instead 'linkerd viz stat [flags] (RESOURCES)'"),
        new("-n emojivoto viz stat deploy", 1, "viz"),
        new("smi install", 1, "put linkerd-smi into a folder of PATH"),
        new("smi check", 1, "docs/features/traffic-split.md"),
        new("jaeger install", 1, "proxy.tracing.collector.endpoint"),
        new("jaeger install --values ./linkerd-jaeger-add.yaml", 1, "proxy.tracing.enabled=true"),
        new("jaeger dashboard --address 0.0.0.0", 1, "The jaeger extension does not exist any more"),
        new("uninstall", 0, "kind: MutatingWebhookConfiguration"),
    ];

    [Fact]
    public async Task Every_command_works_or_says_what_to_do()
    {
        await using var server = await EmbeddedServer.StartAsync();
        foreach (var step in Steps)
        {
            var input = step.Input switch { "" => "", "emojivoto" => DemoManifests.Read(step.Input), _ => DemoManifests.OpenApi(step.Input) };
            var (code, output, error) = await CliRunner.RunAsync(input, [.. step.Line.Split(' '), "--kubeconfig", server.Kubeconfig]);
            Assert.True(code == step.Code, $"linkerd {step.Line} ended with {code}: {error}{(code == 0 ? "" : output)}");
            Assert.True((output + error).Contains(step.Expected, StringComparison.Ordinal), $"linkerd {step.Line} says nothing of '{step.Expected}': {error}{output}");
            if (step.Applied)
                await server.ApplyAsync(output);
        }
    }

    private sealed record Step(string Line, int Code, string Expected)
    {
        public string Input { get; init; } = "";

        public bool Applied { get; init; }
    }
}
