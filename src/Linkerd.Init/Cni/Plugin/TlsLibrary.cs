using System.Runtime.InteropServices;

namespace Linkerd.Init.Cni.Plugin;

/// <summary>
/// The plugin runs on the node, which may have no OpenSSL, and the runtime would then end the process without a word to
/// the container runtime. What the installer has put beside the plugin is loaded first where the node has none: a later
/// dlopen of the same name finds it (dlopen(3), by SONAME).
/// </summary>
internal static class TlsLibrary
{
    /// <summary>Folder with the libraries, beside the plugin.</summary>
    public const string FolderName = "linkerd-cni.lib";

    /// <summary>The libraries in the order in which they must be loaded.</summary>
    public static readonly string[] Names = ["libcrypto.so.3", "libssl.so.3"];

    /// <exception cref="CniException">There is no OpenSSL.</exception>
    public static void Require(string folder)
    {
        if (NativeLibrary.TryLoad("libssl.so.3", out _) || NativeLibrary.TryLoad("libssl.so.1.1", out _))
            return;
        foreach (var name in Names)
        {
            if (!NativeLibrary.TryLoad(Path.Combine(folder, name), out _))
            {
                throw new CniException(CniErrorCode.MissingLibrary, "the node has no OpenSSL that the plugin can load",
                    $"install libssl 3 on the node, or see why {Path.Combine(folder, name)}, which the installer copies there, cannot be loaded");
            }
        }
    }
}
