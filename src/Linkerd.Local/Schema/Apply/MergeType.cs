using System.Text.Json.Nodes;

namespace Linkerd.Local.Schema.Apply;

/// <summary>What server-side apply has to know of a type, built in or custom.</summary>
internal abstract class MergeType
{
    /// <summary>A value of which nothing is known: objects by field, everything else whole.</summary>
    public static MergeType Unknown { get; } = new UnknownType();

    public abstract MergeShape Shape(JsonNode? value);

    /// <summary>Names of the keys of a <see cref="MergeShape.MapList"/>.</summary>
    public virtual string[] Keys => [];

    /// <summary>Type of a list's elements.</summary>
    public virtual MergeType Element => Unknown;

    /// <summary>Type of a field, or of the value of a map's key.</summary>
    public virtual MergeType Field(string name) => Unknown;

    /// <summary>Whether the field is named by the type, rather than the key of a map.</summary>
    public virtual bool Names(string field) => false;

    /// <summary>What a missing key of a list's element stands for.</summary>
    public virtual JsonNode? DefaultOf(string field) => null;

    /// <summary>The type of a resource in one of its versions.</summary>
    public static MergeType Of(SchemaType? type, StructuralSchema? schema) =>
        type is not null ? new BuiltinMergeType(type) : schema is not null ? new CustomMergeType(schema.Root, isRoot: true) : Unknown;

    private sealed class UnknownType : MergeType
    {
        public override MergeShape Shape(JsonNode? value) => value is JsonObject ? MergeShape.Object : MergeShape.Atomic;
    }
}
