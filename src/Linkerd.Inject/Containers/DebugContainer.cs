using System.Text.Json.Nodes;
using Linkerd.Inject.Values;

namespace Linkerd.Inject.Containers;

/// <summary>linkerd-debug: tools beside the application. Its probes cannot fail; some clusters demand that there are any.</summary>
internal static class DebugContainer
{
    public const string Name = "linkerd-debug";

    public static JsonObject Build(InjectValues values) => new()
    {
        ["image"] = ContainerParts.Image(values.DebugContainer.Image, values),
        ["imagePullPolicy"] = ContainerParts.PullPolicy(values.DebugContainer.Image, values),
        ["livenessProbe"] = AlwaysTrue(),
        ["name"] = Name,
        ["readinessProbe"] = AlwaysTrue(),
        ["terminationMessagePolicy"] = "FallbackToLogsOnError",
    };

    private static JsonObject AlwaysTrue() => new() { ["exec"] = new JsonObject { ["command"] = ContainerParts.Strings("true") } };
}
