namespace Linkerd.Local.Images;

/// <summary>
/// Finds this build's binaries: published ones beside the CLI, or those of a developer's build tree. Either kind ends up as one
/// executable path inside an image.
/// </summary>
internal sealed class BinaryFolder
{
    private static readonly Dictionary<string, string> Projects = new()
    {
        ["linkerd2-proxy"] = "Linkerd.Proxy",
        ["linkerd2-init"] = "Linkerd.Init",
        ["linkerd-controller"] = "Linkerd.Controller",
        ["linkerd-viz"] = "Linkerd.Viz",
        ["linkerd-demo"] = "Linkerd.Demo",
        ["linkerd"] = "Linkerd.Cli",
    };

    private readonly string _folder;

    /// <summary>Looks in LINKERD_LOCAL_BIN, else beside the running program.</summary>
    public BinaryFolder()
        : this(Environment.GetEnvironmentVariable("LINKERD_LOCAL_BIN") is { Length: > 0 } folder ? folder : AppContext.BaseDirectory)
    {
    }

    /// <summary>Looks in the folder given.</summary>
    public BinaryFolder(string folder) => _folder = folder;

    /// <summary>What framework-dependent binaries need to find the runtime.</summary>
    public IReadOnlyList<string> RuntimeEnvironment => RuntimeFolder is { } root ? ["DOTNET_ROOT=" + root, "DOTNET_CLI_TELEMETRY_OPTOUT=1"] : [];

    /// <summary>The .NET installation, or null when there is none (then binaries must be self-contained).</summary>
    public static string? RuntimeFolder
    {
        get
        {
            if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root)
                return root;
            string[] known = ["/usr/share/dotnet", "/usr/lib/dotnet", "/usr/local/share/dotnet"];
            return known.FirstOrDefault(Directory.Exists);
        }
    }

    /// <summary>Puts a binary at <c>layer/folder/name</c>.</summary>
    /// <exception cref="ImageException">This build has not got it.</exception>
    public void Install(string name, string layer, string folder)
    {
        Directory.CreateDirectory(layer + folder);
        var target = $"{layer}{folder}/{name}";
        var single = Path.Combine(_folder, name);
        if (File.Exists(single) && !File.Exists(single + ".dll"))
        {
            Copy(single, target);
            return;
        }

        if (BuildFolder(name) is not { } build)
            throw new ImageException($"this build has no {name}: it is neither in {_folder} nor in the build tree; run ./linkerd of a checkout, or eng/publish");
        var inside = $"/usr/lib/linkerd-build/{name}";
        CopyTree(build, layer + inside);
        File.CreateSymbolicLink(target, $"{inside}/{name}");
    }

    /// <summary>Whether this build has the binary.</summary>
    public bool Has(string name) => File.Exists(Path.Combine(_folder, name)) || BuildFolder(name) is not null;

    /// <summary>Puts a folder that lies beside the binaries at <c>layer/folder/name</c>; nothing when there is none.</summary>
    public void InstallFolder(string name, string layer, string folder)
    {
        var from = Path.Combine(_folder, name);
        if (Directory.Exists(from))
            CopyTree(from, $"{layer}{folder}/{name}");
    }

    // artifacts/bin/Linkerd.Cli/release/ → artifacts/bin/Linkerd.Proxy/release/
    private string? BuildFolder(string name)
    {
        if (File.Exists(Path.Combine(_folder, name + ".dll")))
            return _folder;
        var configuration = Path.GetFileName(_folder.TrimEnd('/'));
        var bin = Path.GetDirectoryName(Path.GetDirectoryName(_folder.TrimEnd('/')));
        if (bin is null)
            return null;
        var folder = Path.Combine(bin, Projects[name], configuration);
        return File.Exists(Path.Combine(folder, name)) ? folder : null;
    }

    private static void CopyTree(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
        {
            if (!file.EndsWith(".pdb", StringComparison.Ordinal) && !file.EndsWith(".xml", StringComparison.Ordinal))
                Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        foreach (var folder in Directory.EnumerateDirectories(from))
            CopyTree(folder, Path.Combine(to, Path.GetFileName(folder)));
    }

    private static void Copy(string from, string to) => File.Copy(from, to, overwrite: true);
}
