namespace Linkerd.Local.Images;

/// <summary>Image names in the long form, so that <c>nginx</c> and <c>docker.io/library/nginx:latest</c> are one.</summary>
internal static class ImageName
{
    /// <summary>The name with registry, path and tag (or digest).</summary>
    public static string Normalize(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : name[..slash];
        if (slash < 0)
            name = "docker.io/library/" + name;
        else if (!first.Contains('.', StringComparison.Ordinal) && !first.Contains(':', StringComparison.Ordinal) && first != "localhost")
            name = "docker.io/" + name;
        var last = name[(name.LastIndexOf('/') + 1)..];
        return last.Contains(':', StringComparison.Ordinal) || last.Contains('@', StringComparison.Ordinal) ? name : name + ":latest";
    }

    /// <summary>Registry and path, without tag and digest.</summary>
    public static string Repository(string name)
    {
        name = Normalize(name);
        var at = name.IndexOf('@', StringComparison.Ordinal);
        if (at >= 0)
            name = name[..at];
        var colon = name.LastIndexOf(':');
        return colon > name.LastIndexOf('/') ? name[..colon] : name;
    }
}
