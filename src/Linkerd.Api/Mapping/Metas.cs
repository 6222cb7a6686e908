using Linkerd.Model;

namespace Linkerd.Api.Mapping;

/// <summary>What a piece of configuration came from.</summary>
public static class Metas
{
    /// <summary>Off the wire; <see cref="Model.Meta.Unknown"/> when absent.</summary>
    public static Model.Meta ToModel(Meta.Metadata? metadata) => metadata?.KindCase switch
    {
        Meta.Metadata.KindOneofCase.Default => Model.Meta.Default(metadata.Default),
        Meta.Metadata.KindOneofCase.Resource => new Model.Meta(metadata.Resource.Group, metadata.Resource.Kind, metadata.Resource.Name)
        {
            Namespace = metadata.Resource.Namespace,
            Section = metadata.Resource.Section,
            Port = (int)Math.Min(metadata.Resource.Port, 65535),
        },
        _ => Model.Meta.Unknown,
    };

    /// <summary>Off the wire; null when absent.</summary>
    public static Model.Meta? ToModelOrNull(Meta.Metadata? metadata) => metadata is null ? null : ToModel(metadata);

    /// <summary>Onto the wire.</summary>
    public static Meta.Metadata ToWire(Model.Meta meta) => meta.IsDefault
        ? new Meta.Metadata { Default = meta.Name }
        : new Meta.Metadata
        {
            Resource = new Meta.Resource { Group = meta.Group, Kind = meta.Kind, Name = meta.Name, Namespace = meta.Namespace, Section = meta.Section, Port = (uint)meta.Port },
        };

    /// <summary>From the labels <c>group</c>, <c>kind</c> and <c>name</c>.</summary>
    public static Model.Meta FromLabels(IDictionary<string, string> labels)
        => new(labels.TryGetValue("group", out var group) ? group : "", labels.TryGetValue("kind", out var kind) ? kind : "", labels.TryGetValue("name", out var name) ? name : "");
}
