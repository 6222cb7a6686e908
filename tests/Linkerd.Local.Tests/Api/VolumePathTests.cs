using System.Net;

namespace Linkerd.Local.Tests.Api;

/// <summary>Paths in pods that would lead out of a volume: they become paths of the node, where the runtime may be root.</summary>
public sealed class VolumePathTests
{
    [Theory]
    [InlineData("""{"name":"v","configMap":{"name":"c","items":[{"key":"k","path":"../../etc/cron.d/x"}]}}""", "volumes[0].configMap.items[0].path", "must not start with '..'")]
    [InlineData("""{"name":"v","configMap":{"name":"c","items":[{"key":"k","path":"a/../../x"}]}}""", "volumes[0].configMap.items[0].path", "must not contain '..'")]
    [InlineData("""{"name":"v","secret":{"secretName":"c","items":[{"key":"k","path":"/etc/cron.d/x"}]}}""", "volumes[0].secret.items[0].path", "must be a relative path")]
    [InlineData("""{"name":"v","secret":{"secretName":"c","items":[{"key":"k"}]}}""", "volumes[0].secret.items[0].path", "Required value")]
    [InlineData("""{"name":"v","downwardAPI":{"items":[{"path":"../x","fieldRef":{"fieldPath":"metadata.name"}}]}}""", "volumes[0].downwardAPI.items[0].path", "must not start with '..'")]
    [InlineData("""{"name":"v","projected":{"sources":[{"serviceAccountToken":{"path":"/x"}}]}}""", "volumes[0].projected.sources[0].serviceAccountToken.path", "must be a relative path")]
    [InlineData("""{"name":"v","projected":{"sources":[{"secret":{"name":"s","items":[{"key":"k","path":"..x"}]}}]}}""", "volumes[0].projected.sources[0].secret.items[0].path", "must not start with '..'")]
    [InlineData("""{"name":"v","persistentVolumeClaim":{"claimName":"../../../../etc"}}""", "volumes[0].persistentVolumeClaim.claimName", "Invalid value")]
    [InlineData("""{"name":"v","persistentVolumeClaim":{"claimName":""}}""", "volumes[0].persistentVolumeClaim.claimName", "Required value")]
    public async Task A_volume_that_leads_out_of_itself_is_refused(string volume, string field, string fault)
    {
        var (code, message) = await CreateAsync(volume, """{"name":"v","mountPath":"/v"}""");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, code);
        Assert.Contains("spec.template.spec." + field, message, StringComparison.Ordinal);
        Assert.Contains(fault, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../x", "must not contain '..'")]
    [InlineData("a/../../x", "must not contain '..'")]
    [InlineData("/x", "must be a relative path")]
    public async Task A_mount_that_leads_out_of_its_volume_is_refused(string below, string fault)
    {
        var (code, message) = await CreateAsync("""{"name":"v","emptyDir":{}}""", $$"""{"name":"v","mountPath":"/v","subPath":"{{below}}"}""");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, code);
        Assert.Contains("volumeMounts[0].subPath", message, StringComparison.Ordinal);
        Assert.Contains(fault, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Paths_inside_of_a_volume_are_taken()
    {
        var (code, message) = await CreateAsync(
            """{"name":"v","projected":{"sources":[{"configMap":{"name":"c","items":[{"key":"k","path":"a/b..c"}]}},{"serviceAccountToken":{"path":"tokens/t"}}]}}""",
            """{"name":"v","mountPath":"/v","subPath":"a/b"}""");
        Assert.True(code == HttpStatusCode.Created, message);
    }

    private static async Task<(HttpStatusCode Code, string Message)> CreateAsync(string volume, string mount)
    {
        await using var running = await RunningServer.StartAsync();
        var (code, body) = await running.SendAsync(HttpMethod.Post, "/apis/apps/v1/namespaces/default/deployments", """
            {"metadata":{"name":"web"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},
            "spec":{"containers":[{"name":"c","image":"host","volumeMounts":[MOUNT]}],"volumes":[VOLUME]}}}}
            """.Replace("MOUNT", mount, StringComparison.Ordinal).Replace("VOLUME", volume, StringComparison.Ordinal));
        return (code, body?.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) ?? "");
    }
}
