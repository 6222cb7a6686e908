using Xunit;

namespace Linkerd.Conformance;

/// <summary>Every case of <c>cases/</c>, against whatever API server is the target.</summary>
public sealed class ConformanceTests(Target target)
{
    public static TheoryData<string> Cases() => [.. CaseFiles.All.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Holds(string name)
    {
        var one = CaseFiles.All[name];
        // What the server under test is too old for cannot be asked of it.
        if (one.Minor > target.Minor) return;
        await new Runner(target).RunAsync(one);
    }

    [Fact]
    public void There_are_at_least_two_hundred_cases() => Assert.True(CaseFiles.All.Count >= 200, $"only {CaseFiles.All.Count} cases");
}
