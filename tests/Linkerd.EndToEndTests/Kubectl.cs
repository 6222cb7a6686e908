namespace Linkerd.EndToEndTests;

/// <summary>kubectl on the cluster of KUBECONFIG.</summary>
internal static class Kubectl
{
    /// <summary>Returns what it wrote.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message holds the command and what it said.</exception>
    public static string Run(params string[] args) => RunWith(null, args);

    /// <summary>Applies manifests and returns the lines about them.</summary>
    public static string Apply(string yaml) => RunWith(yaml, "apply", "-f", "-");

    /// <summary>Deletes what manifests name, and waits until it is gone.</summary>
    public static string Delete(string yaml) => RunWith(yaml, "delete", "--ignore-not-found", "-f", "-");

    public static (int Code, string Output, string Errors) Try(string? input, params string[] args) => EndToEndTests.Run.Program("kubectl", input, args);

    /// <summary>Waits for a Deployment, and on failure says what its pods say.</summary>
    public static void WaitForRollout(string ns, string deployment, int seconds = 180)
    {
        var (code, output, errors) = Try(null, "-n", ns, "rollout", "status", $"deployment/{deployment}", $"--timeout={seconds}s");
        if (code == 0)
            return;
        var pods = Try(null, "-n", ns, "get", "pods", "-o", "wide").Output;
        var logs = Try(null, "-n", ns, "logs", $"deployment/{deployment}", "--all-containers", "--tail=30", "--prefix").Output;
        throw new InvalidOperationException($"deployment {ns}/{deployment} did not become ready: {output}{errors}\n{pods}\n{logs}");
    }

    /// <summary>What it wrote, with something at its standard input.</summary>
    public static string RunWith(string? input, params string[] args)
    {
        var (code, output, errors) = Try(input, args);
        return code == 0 ? output : throw new InvalidOperationException($"kubectl {string.Join(' ', args)} ended with {code}: {errors}");
    }
}
