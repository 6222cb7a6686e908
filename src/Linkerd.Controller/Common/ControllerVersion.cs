using System.Reflection;

namespace Linkerd.Controller.Common;

/// <summary>The version of this build.</summary>
internal static class ControllerVersion
{
    public static string Text { get; } =
        typeof(ControllerVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
