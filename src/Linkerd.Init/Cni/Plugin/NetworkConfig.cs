using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Linkerd.Init.Cni.Plugin;

/// <summary>
/// The plugin's configuration as the runtime writes it to stdin: the entry of the conflist with <c>cniVersion</c>,
/// <c>name</c> and <c>prevResult</c> added. Fields that are not known are ignored.
/// </summary>
internal sealed class NetworkConfig
{
    /// <summary>Versions of the specification that the plugin speaks; the newest is what it says of itself.</summary>
    public static readonly string[] Versions = ["0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"];

    private readonly JsonObject _root;

    private NetworkConfig(JsonObject root) => _root = root;

    public string CniVersion => JsonText.Text(_root["cniVersion"]) ?? "";

    public string LogLevel => JsonText.Text(_root["log_level"]) is "debug" or "info" ? JsonText.Text(_root["log_level"])! : "warn";

    /// <summary>What the plugins before this one made; null when there are none.</summary>
    public JsonObject? PreviousResult => _root["prevResult"] as JsonObject;

    /// <summary>Path of the kubeconfig on the node.</summary>
    public string KubeConfig => JsonText.Text((_root["kubernetes"] as JsonObject)?["kubeconfig"]) ?? "";

    /// <summary>Address of the API server instead of the kubeconfig's; empty: the kubeconfig's.</summary>
    public string ApiRoot => JsonText.Text((_root["kubernetes"] as JsonObject)?["k8s_api_root"]) ?? "";

    /// <summary>
    /// Whether the pods of a namespace are left alone without a question to the API server
    /// (<c>kubernetes.exclude_namespaces</c>): those of the plugin itself must start with a token that is no longer valid.
    /// </summary>
    public bool IsExcluded(string ns) => (_root["kubernetes"] as JsonObject)?["exclude_namespaces"] is JsonArray names && names.Any(n => JsonText.Text(n) == ns);

    /// <exception cref="CniException">The text is not a JSON object, or of an unknown version.</exception>
    public static NetworkConfig Parse(string text)
    {
        try
        {
            var config = new NetworkConfig(JsonNode.Parse(text) as JsonObject ?? throw new JsonException("it is not an object"));
            return Versions.Contains(config.CniVersion, StringComparer.Ordinal)
                ? config
                : throw new CniException(CniErrorCode.IncompatibleVersion, $"incompatible CNI version \"{config.CniVersion}\"", $"cniVersion must be one of {string.Join(", ", Versions)}");
        }
        catch (JsonException e)
        {
            throw new CniException(CniErrorCode.Undecodable, "cannot decode the network configuration", e.Message);
        }
    }

    /// <summary>A port or id of the <c>linkerd</c> section; null when it is not there.</summary>
    public int? Number(string field)
    {
        if (Section()[field] is not { } node)
            return null;
        return int.TryParse(node.ToString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Wrong(field, node, "a number");
    }

    public bool? Switch(string field)
    {
        if (Section()[field] is not { } node)
            return null;
        return bool.TryParse(node.ToString(), out var value) ? value : throw Wrong(field, node, "true or false");
    }

    public string? Text(string field) => JsonText.Text(Section()[field]);

    /// <summary>A list of ports, each a number or a text; empty when it is not there.</summary>
    public IReadOnlyList<string> List(string field) => Section()[field] switch
    {
        null => [],
        JsonArray items => [.. items.Select(static item => item?.ToString() ?? "")],
        { } node => throw Wrong(field, node, "a list"),
    };

    private JsonObject Section() => _root["linkerd"] as JsonObject
        ?? throw new CniException(CniErrorCode.InvalidConfiguration, "the network configuration has no section \"linkerd\"", "reinstall the plugin: linkerd install-cni | kubectl apply -f -");

    private static CniException Wrong(string field, JsonNode node, string wanted) =>
        new(CniErrorCode.InvalidConfiguration, $"linkerd.{field}: {node.ToJsonString()} is not {wanted}");
}
