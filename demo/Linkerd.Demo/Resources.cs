namespace Linkerd.Demo;

/// <summary>Files inside the binary.</summary>
internal static class Resources
{
    public static Stream Open(string name)
        => typeof(Resources).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"the binary lacks {name}");
}
