namespace Linkerd.Cli.Tests.Local;

/// <summary>An embedded cluster of somebody who is not root.</summary>
public sealed class OrdinaryUserTests
{
    [Fact]
    public async Task An_ordinary_user_has_a_cluster_too()
    {
        await using var cluster = new RunningCluster(ordinaryUser: true);
        await cluster.UpAsync("--no-mesh");
        // One container as the user's own root, one as another user; both find the Service.
        await cluster.ApplyAsync("""
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
                    command: [python3, -m, http.server, "80", --directory, /srv]
                    readinessProbe: {tcpSocket: {port: 80}, periodSeconds: 1}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec: {type: NodePort, selector: {app: web}, ports: [{port: 80}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: client}
            spec:
              containers: [{name: c, image: host, command: [sleep, infinity], securityContext: {runAsUser: 1000}}]
            """);
        await cluster.KubectlAsync("wait", "--for=condition=available", "deploy/web", "--timeout=90s");
        await cluster.KubectlAsync("wait", "--for=condition=Ready", "pod/client", "--timeout=90s");

        Assert.Equal("1000 client", (await cluster.KubectlAsync("exec", "client", "--", "sh", "-c", "echo $(id -u) $(hostname)")).Trim());
        Assert.Equal("200", await cluster.KubectlAsync("exec", "client", "--", "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "http://web"));
        var port = await cluster.KubectlAsync("get", "service", "web", "-o", "jsonpath={.spec.ports[0].nodePort}");
        Assert.Equal((0, "200"), await cluster.RunAsync(null, "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", $"http://127.0.0.1:{port}/"));
        var (code, text) = await cluster.LocalAsync("down");
        Assert.True(code == 0, text);
    }
}
