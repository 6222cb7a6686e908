namespace Linkerd.Local.Schema;

/// <summary>One field of a built-in type with its rules for strategic merge patch.</summary>
internal sealed record SchemaField(string Name, FieldType Type)
{
    public bool Required { get; init; }

    /// <summary>A patch merges this list instead of replacing it; by <see cref="MergeKey"/>, or as a set of scalars when that is empty.</summary>
    public bool Merges { get; init; }

    public string MergeKey { get; init; } = "";

    /// <summary>The patch strategy is <c>retainKeys</c>: keys not named by the patch are cleared.</summary>
    public bool RetainKeys { get; init; }

    public bool Atomic { get; init; }

    public string[] ListMapKeys { get; init; } = [];

    /// <summary>The field's number in protobuf; two where Go embeds a message that JSON flattens.</summary>
    public int[] Numbers { get; init; } = [];
}
