using System.Text.Json.Nodes;

namespace Linkerd.Local.Api;

/// <summary>The version of the Kubernetes API that is spoken.</summary>
internal static class ServerVersion
{
    /// <summary>1.28: the newest whose pods have no native sidecars, which the embedded runtime does not run.</summary>
    private const string Minor = "28";

    public static JsonObject Document() => new()
    {
        ["major"] = "1",
        ["minor"] = Minor,
        ["gitVersion"] = $"v1.{Minor}.0+linkerd-local",
        ["gitCommit"] = "",
        ["gitTreeState"] = "clean",
        ["buildDate"] = "1970-01-01T00:00:00Z",
        ["goVersion"] = "",
        ["compiler"] = "dotnet",
        ["platform"] = "linux/" + (System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64"),
    };
}
