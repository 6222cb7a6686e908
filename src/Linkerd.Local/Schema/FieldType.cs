namespace Linkerd.Local.Schema;

/// <summary>The type of a field: a scalar, a list or map of another type, or an object with fields.</summary>
internal sealed class FieldType
{
    public FieldType(FieldKind kind, FieldType? element = null)
    {
        Kind = kind;
        Element = element;
    }

    public FieldKind Kind { get; }

    /// <summary>What a list or map holds.</summary>
    public FieldType? Element { get; }

    /// <summary>The fields, when <see cref="Kind"/> is <see cref="FieldKind.Object"/>; linked once the whole table is read.</summary>
    public SchemaType? Object { get; internal set; }
}
