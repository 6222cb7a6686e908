namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>The programs under test, out of the build's output, or those that the environment names (published ones, say).</summary>
internal static class Binaries
{
    public static string Proxy { get; } = Find("LINKERD_TEST_PROXY", "Linkerd.Proxy", "linkerd2-proxy");

    public static string Init { get; } = Find("LINKERD_TEST_INIT", "Linkerd.Init", "linkerd2-init");

    private static string Find(string variable, string project, string name)
    {
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } path)
            return path;
        // artifacts/bin/<project>/<configuration>/<name>
        var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        return Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", project, configuration, name));
    }
}
