using System.Reflection;

namespace Linkerd.Cli;

/// <summary>The version of this build, which binaries, images and manifests share.</summary>
public static class LinkerdVersion
{
    /// <summary>For example <c>0.1.0</c>.</summary>
    public static string Current { get; } =
        typeof(LinkerdVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";
}
