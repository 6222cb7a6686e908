using System.Collections.Concurrent;
using System.Diagnostics;

namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>A script of the folder Python in a pod: a peer whose gRPC and protobuf are not ours. Its output is read line by line; killed when disposed.</summary>
internal sealed class PythonPeer : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly ConcurrentDictionary<string, string> s_descriptors = new();
    private readonly Process _process;
    private readonly BlockingCollection<string> _lines = [];
    private readonly List<string> _all = [];

    private PythonPeer(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Append(line.Data);
        process.ErrorDataReceived += (_, line) => Append(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Starts a script with Debian's Python, which has grpcio.</summary>
    public static PythonPeer Start(NetworkNamespace ns, string script, params string[] arguments)
        => new(Shell.Start(ns.Command(["/usr/bin/python3", Path.Combine(AppContext.BaseDirectory, "Python", script), .. arguments])));

    /// <summary>A descriptor set of the messages that a file of <c>proto/</c>, or of the folder Python, defines.</summary>
    public static string Descriptors(string proto) => s_descriptors.GetOrAdd(proto, static name =>
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Linkerd.slnx")))
            root = Path.GetDirectoryName(root) ?? throw new InvalidOperationException("the tests must run inside the repository");
        var output = Path.Combine(Directory.CreateTempSubdirectory("l5dfn-protoc-").FullName, "descriptors");
        Shell.Run(Protoc(), "-I", Path.Combine(root, "proto"), "-I", Path.Combine(AppContext.BaseDirectory, "Python"), "-I", "/usr/include",
            "--include_imports", $"--descriptor_set_out={output}", name);
        return output;
    });

    /// <summary>The next line that the script prints.</summary>
    public string Next()
    {
        if (_lines.TryTake(out var line, s_patience))
            return line;
        lock (_all)
            throw new TimeoutException($"the script printed nothing more within {s_patience.TotalSeconds} s, after:\n{string.Join('\n', _all)}");
    }

    /// <summary>Lines up to the one that begins so, that one included.</summary>
    public List<string> Until(string prefix)
    {
        var lines = new List<string>();
        do
            lines.Add(Next());
        while (!lines[^1].StartsWith(prefix, StringComparison.Ordinal));
        return lines;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _lines.Dispose();
    }

    // The system's, or the one that the build itself uses.
    private static string Protoc()
    {
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var tools = Path.Combine(packages, "grpc.tools");
        return File.Exists("/usr/bin/protoc") ? "/usr/bin/protoc"
            : Directory.EnumerateFiles(tools, "protoc", SearchOption.AllDirectories).First(f => f.Contains("linux_x64", StringComparison.Ordinal));
    }

    private void Append(string? line)
    {
        if (line is null)
            return;
        lock (_all)
            _all.Add(line);
        _lines.Add(line);
    }
}
