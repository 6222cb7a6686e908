using System.Text.Json.Nodes;
using Linkerd.Inject.Values;

namespace Linkerd.Inject.Containers;

/// <summary>Pieces that the mesh's containers share. Members are written in alphabetical order, as the chart's are.</summary>
internal static class ContainerParts
{
    public static string Image(ImageValues image, InjectValues values) =>
        $"{image.Name}:{(image.Version.Length != 0 ? image.Version : values.LinkerdVersion)}";

    public static string PullPolicy(ImageValues image, InjectValues values) =>
        image.PullPolicy.Length != 0 ? image.PullPolicy : values.ImagePullPolicy;

    /// <summary>Null when nothing is requested or limited.</summary>
    public static JsonObject? Resources(ResourceValues resources)
    {
        var result = new JsonObject();
        Add("limits", r => r.Limit);
        Add("requests", r => r.Request);
        return result.Count == 0 ? null : result;

        void Add(string key, Func<RequestAndLimit, string> select)
        {
            var amounts = new JsonObject();
            foreach (var (name, amount) in new[] { ("cpu", resources.Cpu), ("ephemeral-storage", resources.EphemeralStorage), ("memory", resources.Memory) })
            {
                if (select(amount) is { Length: > 0 } quantity)
                    amounts[name] = quantity;
            }
            if (amounts.Count != 0)
                result[key] = amounts;
        }
    }

    public static JsonObject SeccompRuntimeDefault() => new() { ["type"] = "RuntimeDefault" };

    public static JsonArray Strings(params IEnumerable<string> texts) => [.. texts.Select(t => (JsonNode)t)];

    public static JsonObject Mount(string path, string name) => new() { ["mountPath"] = path, ["name"] = name };

    public static JsonObject Mount(ServiceAccountMount mount) =>
        new() { ["mountPath"] = mount.MountPath, ["name"] = mount.Name, ["readOnly"] = mount.ReadOnly };

    public static JsonObject HttpGet(string path, int port) => new() { ["path"] = path, ["port"] = port };
}
