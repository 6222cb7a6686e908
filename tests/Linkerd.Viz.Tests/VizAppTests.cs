namespace Linkerd.Viz.Tests;

public sealed class VizAppTests
{
    [Theory]
    [InlineData("metrics-api")]
    [InlineData("tap")]
    [InlineData("tap-injector")]
    [InlineData("web")]
    public void The_binary_knows_the_component(string name) => Assert.Contains(name, VizApp.Components.Select(static c => c.Name));

    [Fact]
    public async Task An_unknown_component_is_refused() =>
        Assert.Equal(ExitCodes.Usage, await VizApp.RunAsync(["metrics"], TestContext.Current.CancellationToken));
}
