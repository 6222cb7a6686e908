namespace Linkerd.Cli.Commands.Demo;

/// <summary>The manifests of the demo applications, which the binary carries.</summary>
public static class DemoManifests
{
    /// <summary>The registry that stands in the manifests.</summary>
    public const string DefaultRegistry = "ghcr.io/linkerd-cs";

    /// <summary>The manifest of <paramref name="name"/>.</summary>
    /// <exception cref="CliException">There is no such application.</exception>
    public static string Read(string name) => ReadFile(name, ".yml");

    /// <summary>The OpenAPI document of <paramref name="service"/>, one of booksapp's.</summary>
    /// <exception cref="CliException">There is no such service.</exception>
    public static string OpenApi(string service) => ReadFile(service, ".swagger");

    private static string ReadFile(string name, string extension)
    {
        using var stream = typeof(DemoManifests).Assembly.GetManifestResourceStream($"demo/{name}{extension}")
            ?? throw new CliException($"there is no demo application '{name}'");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
