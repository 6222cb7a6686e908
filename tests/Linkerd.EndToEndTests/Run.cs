using System.Diagnostics;

namespace Linkerd.EndToEndTests;

/// <summary>Runs a program to its end.</summary>
internal static class Run
{
    public static (int Code, string Output, string Errors) Program(string file, string? input, params string[] args)
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("KUBECONFIG")))
            throw new InvalidOperationException("KUBECONFIG is not set: these tests need a Kubernetes cluster with the images of eng/images loaded; see docs/end-to-end-tests.md");
        using var process = Process.Start(new ProcessStartInfo(file, args)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        if (input is not null)
            process.StandardInput.Write(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.GetAwaiter().GetResult());
    }
}
