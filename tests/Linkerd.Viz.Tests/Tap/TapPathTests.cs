using Linkerd.Viz.Tap;

namespace Linkerd.Viz.Tests.Tap;

public sealed class TapPathTests
{
    [Theory]
    [InlineData("/watch/namespaces/emojivoto/tap", "namespaces namespace/emojivoto in  tap")]
    [InlineData("/watch/namespaces/emojivoto/deployments/web/tap", "deployments deployment/web in emojivoto tap")]
    [InlineData("/watch/namespaces/emojivoto/deployments/web", "deployments deployment/web in emojivoto read")]
    [InlineData("/watch/namespaces/emojivoto/deployments//tap", "deployments deployment/* in emojivoto tap")]
    [InlineData("/watch/namespaces/emojivoto/pods/tap", "pods pod/* in emojivoto tap")]
    [InlineData("/watch/namespaces/emojivoto/pods/tap/tap", "pods pod/tap in emojivoto tap")]
    public void A_path_names_a_resource(string path, string expected)
    {
        var parsed = TapPath.Parse(TapPath.Root + path)!;
        Assert.Equal(expected, $"{parsed.Resource} {parsed.Target.Kind.Name}/{parsed.Target.Name ?? "*"} in {parsed.Target.Namespace} {(parsed.IsTap ? "tap" : "read")}");
    }

    [Theory]
    [InlineData("/watch/namespaces")]
    [InlineData("/watch/namespaces/")]
    [InlineData("/watch/namespaces/a/services/web/tap")]
    [InlineData("/watch/namespaces/a/servers/web/tap")]
    [InlineData("/watch/namespaces/a/namespaces/b/tap")]
    [InlineData("/watch/namespaces/a/deployments/b/c/tap")]
    [InlineData("/other")]
    public void Other_paths_are_none(string path) => Assert.Null(TapPath.Parse(TapPath.Root + path));
}
