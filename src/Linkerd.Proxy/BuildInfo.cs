using System.Reflection;

namespace Linkerd.Proxy;

/// <summary>What this build is.</summary>
public static class BuildInfo
{
    private static readonly string s_full = typeof(BuildInfo).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>Such as <c>0.1.0</c>.</summary>
    public static string Version { get; } = s_full.Split('+')[0];

    /// <summary>The commit, where the build knew it; else empty.</summary>
    public static string Commit { get; } = s_full.Contains('+', StringComparison.Ordinal) ? s_full.Split('+')[1] : string.Empty;

    public const string Vendor = "linkerd-cs";
}
