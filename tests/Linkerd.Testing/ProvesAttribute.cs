namespace Linkerd.Testing;

/// <summary>Says which rows of the proxy's contract a test, or every test of a class, proves.</summary>
/// <param name="rows">Ids of rows in <c>tests/Linkerd.Architecture.Tests/proxy-contract.txt</c>, such as <c>6.8 loadshed</c>.</param>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
public sealed class ProvesAttribute(params string[] rows) : Attribute
{
    /// <summary>The ids.</summary>
    public IReadOnlyList<string> Rows { get; } = rows;
}
