using System.Text.Json.Serialization;

namespace Linkerd.Kubernetes.Models;

/// <summary>Metadata that every object has: identity, version, labels, owners.</summary>
public sealed record ObjectMeta
{
    /// <summary>Name, unique among objects of one kind in a namespace.</summary>
    public string? Name { get; set; }

    /// <summary>Prefix from which the server makes a name when <see cref="Name"/> is empty.</summary>
    public string? GenerateName { get; set; }

    /// <summary>Namespace, or null for cluster-scoped objects.</summary>
    public string? Namespace { get; set; }

    /// <summary>Identity of this very object; a recreated object of the same name has another.</summary>
    public string? Uid { get; set; }

    /// <summary>Opaque version for optimistic concurrency and for resuming a watch.</summary>
    public string? ResourceVersion { get; set; }

    /// <summary>Counts the changes of the desired state.</summary>
    public long? Generation { get; set; }

    /// <summary>When the server created the object.</summary>
    public DateTimeOffset? CreationTimestamp { get; set; }

    /// <summary>When the object is to go; set means it is terminating.</summary>
    public DateTimeOffset? DeletionTimestamp { get; set; }

    /// <summary>Seconds that a graceful deletion may take.</summary>
    public long? DeletionGracePeriodSeconds { get; set; }

    /// <summary>Labels, matched by selectors.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; set; }

    /// <summary>Annotations: free metadata.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; set; }

    /// <summary>Objects whose deletion deletes this one.</summary>
    public IReadOnlyList<OwnerReference>? OwnerReferences { get; set; }

    /// <summary>Names that must be removed before the object goes.</summary>
    public IReadOnlyList<string>? Finalizers { get; set; }

    /// <summary>Who changed which fields when; of it only <see cref="LastChanged"/> is kept, and nothing is ever written.</summary>
    public IReadOnlyList<ManagedFieldsEntry>? ManagedFields
    {
        get => null;
        set => LastChanged = value?.Max(static e => e.Time);
    }

    /// <summary>When the server recorded the last change, to the second; null where it does not.</summary>
    [JsonIgnore]
    public DateTimeOffset? LastChanged { get; private set; }
}
