namespace Linkerd.Init.Tests;

/// <summary>The program under test, as it lies beside the tests.</summary>
internal static class InitBinary
{
    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "linkerd2-init.dll");
}
