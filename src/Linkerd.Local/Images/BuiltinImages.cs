namespace Linkerd.Local.Images;

/// <summary>The project's own images: this build's binaries over the machine's read-only root, whatever tag is asked for.</summary>
internal sealed class BuiltinImages
{
    private const string Tools = "/usr/lib/linkerd";
    private const string Programs = "/usr/local/bin";
    private const string SearchPath = "PATH=/usr/lib/linkerd:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private static readonly string[] Registries = ["ghcr.io/linkerd-cs/", "localhost/linkerd-cs/"];
    private static readonly string[] InitNames =
        ["proxy-init", "linkerd2-proxy-init", "identity", "linkerd2-proxy-identity", "await", "linkerd-await", "network-validator", "linkerd2-network-validator"];

    private readonly string _folder;
    private readonly BinaryFolder _binaries;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ContainerImage> _made = [];

    /// <summary>Layers are made below <paramref name="folder"/> when first asked for.</summary>
    public BuiltinImages(string folder, BinaryFolder binaries)
    {
        _folder = folder;
        _binaries = binaries;
    }

    /// <summary>The image, or null when the name is not one of ours.</summary>
    /// <exception cref="ImageException">The name is ours, but this build has not got the binary.</exception>
    public ContainerImage? Find(string name)
    {
        var repository = ImageName.Repository(name);
        if (Registries.FirstOrDefault(r => repository.StartsWith(r, StringComparison.Ordinal)) is not { } registry)
            return null;
        var kind = repository[registry.Length..];
        lock (_lock)
        {
            if (!_made.TryGetValue(kind, out var image))
                _made[kind] = image = Make(kind);
            return image with { Name = name };
        }
    }

    private ContainerImage Make(string kind)
    {
        var layer = Path.Combine(_folder, "builtin", kind);
        if (Directory.Exists(layer))
            Directory.Delete(layer, recursive: true);
        var entrypoint = kind switch
        {
            "proxy" => MakeProxy(layer),
            "controller" => MakeProgram(layer, "linkerd-controller"),
            "viz" => MakeViz(layer),
            "demo" => MakeProgram(layer, "linkerd-demo"),
            "cli" => MakeProgram(layer, "linkerd"),
            _ => throw new ImageException($"there is no image \"{kind}\" of this project; there are proxy, controller, viz, demo and cli"),
        };
        return new ContainerImage
        {
            Name = kind,
            Id = "local://" + kind,
            OnHost = true,
            Layer = layer,
            Entrypoint = [entrypoint],
            Environment = [SearchPath, .. _binaries.RuntimeEnvironment],
        };
    }

    private string MakeProxy(string layer)
    {
        _binaries.Install("linkerd2-proxy", layer, Tools);
        _binaries.Install("linkerd2-init", layer, Tools);
        foreach (var name in InitNames)
            File.CreateSymbolicLink(layer + Tools + "/" + name, Tools + "/linkerd2-init");
        return Tools + "/linkerd2-proxy-identity";
    }

    private string MakeViz(string layer)
    {
        _binaries.InstallFolder("web", layer, Programs);
        return MakeProgram(layer, "linkerd-viz");
    }

    private string MakeProgram(string layer, string name)
    {
        _binaries.Install(name, layer, Programs);
        return Programs + "/" + name;
    }
}
