using System.Text.Json.Nodes;

namespace Linkerd.Kubernetes;

/// <summary>A cluster, user or context of a kubeconfig, with the place it was read from.</summary>
internal sealed record KubeConfigEntry(string File, string Where, JsonObject Value)
{
    public string? Text(string field) => Value[field] is JsonValue value && value.ToString() is { Length: > 0 } text ? text : null;

    public bool Flag(string field) => Value[field] is JsonValue value && value.TryGetValue(out bool flag) && flag;

    /// <summary>The bytes of <c>field-data</c> (base64) or of the file that <c>field</c> names; null when neither is set.</summary>
    public byte[]? Bytes(string field)
    {
        try
        {
            if (Text(field + "-data") is { } data)
                return Convert.FromBase64String(data);
            return Path(field) is { } path ? System.IO.File.ReadAllBytes(path) : null;
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new KubeConfigException($"{File}: {Where}.{field}: {e.Message}", e);
        }
    }

    /// <summary>A path field, made absolute.</summary>
    public string? Path(string field) =>
        Text(field) is { } path ? System.IO.Path.GetFullPath(path, System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(File))!) : null;
}
