namespace Linkerd.EndToEndTests;

/// <summary>The CLI of this checkout, on the cluster of KUBECONFIG.</summary>
internal static class LinkerdCli
{
    /// <summary>Where it is.</summary>
    public static string Assembly { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Linkerd.Cli", "release", "linkerd.dll"));

    public static (int Code, string Output, string Errors) Try(params string[] args) => TryWith(null, args);

    /// <summary>The same with something at its standard input.</summary>
    public static (int Code, string Output, string Errors) TryWith(string? input, params string[] args) => Run.Program("dotnet", input, [Assembly, .. args]);

    /// <summary>Returns what it wrote.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message holds the command and what it said.</exception>
    public static string Output(params string[] args)
    {
        return Said(null, args).Output;
    }

    /// <summary><c>linkerd … | kubectl apply -f -</c>: returns what each of them wrote, the CLI's own words from standard error.</summary>
    public static (string Words, string Applied) Apply(params string[] args)
    {
        var (manifests, words) = Said(null, args);
        return (words, Kubectl.Apply(manifests));
    }

    /// <summary>Returns what it wrote to its output and to its error.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message holds the command and what it said.</exception>
    public static (string Output, string Errors) Said(string? input, params string[] args)
    {
        var (code, output, errors) = TryWith(input, args);
        return code == 0 ? (output, errors) : throw new InvalidOperationException($"linkerd {string.Join(' ', args)} ended with {code}: {output}{errors}");
    }
}
