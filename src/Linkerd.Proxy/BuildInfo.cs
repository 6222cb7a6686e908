using System.Reflection;

namespace Linkerd.Proxy;

/// <summary>What this build is.</summary>
public static class BuildInfo
{
    /// <summary>Such as <c>0.1.0</c>.</summary>
    public static string Version { get; } = typeof(BuildInfo).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
