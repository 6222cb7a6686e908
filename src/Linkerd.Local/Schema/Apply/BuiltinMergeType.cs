using System.Text.Json.Nodes;

namespace Linkerd.Local.Schema.Apply;

/// <summary>A built-in type, by the table of types.</summary>
internal sealed class BuiltinMergeType : MergeType
{
    // Objects that have one owner (x-kubernetes-map-type: atomic), by the last part of the type's name.
    private static readonly HashSet<string> AtomicTypes =
    [
        "LabelSelector", "ConfigMapKeySelector", "SecretKeySelector", "LocalObjectReference", "ObjectReference", "ObjectFieldSelector", "ResourceFieldSelector",
        "NodeSelector", "NodeSelectorTerm", "TopologySelectorTerm", "TypedLocalObjectReference", "SecretReference", "OwnerReference", "ScopeSelector", "FieldsV1",
    ];

    private readonly FieldType _type;
    private readonly SchemaField? _field;

    public BuiltinMergeType(SchemaType type)
        : this(new FieldType(FieldKind.Object) { Object = type }, null)
    {
    }

    private BuiltinMergeType(FieldType type, SchemaField? field)
    {
        _type = type;
        _field = field;
    }

    public override string[] Keys => _field is null ? [] : _field.ListMapKeys is { Length: > 0 } keys ? keys : _field.MergeKey.Length > 0 ? [_field.MergeKey] : [];

    public override MergeType Element => _type.Element is { } element ? new BuiltinMergeType(element, null) : Unknown;

    public override MergeShape Shape(JsonNode? value)
    {
        switch (_type.Kind)
        {
            case FieldKind.Object when value is JsonObject && _type.Object is { } type:
                return AtomicTypes.Contains(type.FullName[(type.FullName.LastIndexOf('.') + 1)..]) || _field is { Atomic: true } ? MergeShape.Atomic : MergeShape.Object;
            case FieldKind.Map when value is JsonObject:
                return _field is { Atomic: true } or { Name: "selector", Type.Element.Kind: FieldKind.String } ? MergeShape.Atomic : MergeShape.Object;
            case FieldKind.List when value is JsonArray && _field is { Atomic: false, Merges: true } or { ListMapKeys.Length: > 0 }:
                return Keys.Length > 0 ? MergeShape.MapList : MergeShape.Set;
            default:
                return MergeShape.Atomic;
        }
    }

    public override MergeType Field(string name)
    {
        if (_type.Kind == FieldKind.Map) return Element;
        return _type.Object?.Field(name) is { } field ? new BuiltinMergeType(field.Type, field) : Unknown;
    }

    public override bool Names(string field) => _type.Kind == FieldKind.Object;

    public override JsonNode? DefaultOf(string field) => field == "protocol" ? "TCP" : null;
}
