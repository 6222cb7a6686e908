using Linkerd.Local.Images;

namespace Linkerd.Local.Runtime;

/// <summary>
/// Follows the links of a path as the container will see them. The launcher would follow an absolute link, such as /var/run to /run,
/// into its own root, and mount where nobody looks.
/// </summary>
internal static class RootedPath
{
    private const int MaxLinks = 40;

    /// <summary>The path, from the container's root, without links.</summary>
    public static string Resolve(ContainerImage image, string path)
    {
        var left = new Stack<string>(Enumerable.Reverse(path.Split('/', StringSplitOptions.RemoveEmptyEntries)));
        var done = new List<string>();
        var links = 0;
        while (left.TryPop(out var part))
        {
            if (part == ".")
                continue;
            if (part == "..")
            {
                if (done.Count > 0)
                    done.RemoveAt(done.Count - 1);
                continue;
            }

            var here = "/" + string.Join('/', done.Append(part));
            if (LinkAt(image, here) is not { } target)
            {
                done.Add(part);
                continue;
            }

            if (++links > MaxLinks)
                throw new PodSpecException($"mountPath \"{path}\": too many links");
            if (target.StartsWith('/'))
                done.Clear();
            foreach (var piece in Enumerable.Reverse(target.Split('/', StringSplitOptions.RemoveEmptyEntries)))
                left.Push(piece);
        }

        return "/" + string.Join('/', done);
    }

    private static string? LinkAt(ContainerImage image, string path)
    {
        if (image.Layer is { } layer && (new FileInfo(layer + path).LinkTarget is not null || Path.Exists(layer + path)))
            return new FileInfo(layer + path).LinkTarget;
        return image.OnHost && !IsOwn(path) ? new FileInfo(path).LinkTarget : null;
    }

    // Folders that every container has for itself, whatever the machine has there.
    private static bool IsOwn(string path) => path.Split('/')[1] is "run" or "tmp" or "dev" or "proc" or "sys" or "root" or "home" or "mnt" or "media";
}
