namespace Linkerd.EndToEndTests;

/// <summary>The CLI of this checkout, on the cluster of KUBECONFIG.</summary>
internal static class LinkerdCli
{
    private static readonly string s_assembly = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Linkerd.Cli", "release", "linkerd.dll"));

    public static (int Code, string Output, string Errors) Try(params string[] args) => Run.Program("dotnet", null, [s_assembly, .. args]);

    /// <summary>Returns what it wrote.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message holds the command and what it said.</exception>
    public static string Output(params string[] args)
    {
        var (code, output, errors) = Try(args);
        return code == 0 ? output : throw new InvalidOperationException($"linkerd {string.Join(' ', args)} ended with {code}: {output}{errors}");
    }
}
