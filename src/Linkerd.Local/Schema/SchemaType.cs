namespace Linkerd.Local.Schema;

/// <summary>A built-in type, such as <c>io.k8s.api.core.v1.PodSpec</c>.</summary>
internal sealed class SchemaType(string fullName)
{
    private readonly Dictionary<string, SchemaField> _fields = [];
    private readonly Dictionary<(int Outer, int Number), SchemaField> _numbers = [];
    private readonly HashSet<int> _embedded = [];

    public string FullName { get; } = fullName;

    public IReadOnlyDictionary<string, SchemaField> Fields => _fields;

    public SchemaField? Field(string name) => _fields.GetValueOrDefault(name);

    /// <summary>A field by protobuf number; <paramref name="outer"/> is the number of the embedded message it is in, or 0.</summary>
    public SchemaField? ByNumber(int outer, int number) => _numbers.GetValueOrDefault((outer, number));

    /// <summary>Whether a protobuf number is a message whose fields JSON shows as this type's own.</summary>
    public bool IsEmbedded(int number) => _embedded.Contains(number);

    internal void Add(SchemaField field)
    {
        _fields.Add(field.Name, field);
        if (field.Numbers.Length == 1) _numbers[(0, field.Numbers[0])] = field;
        if (field.Numbers.Length != 2) return;
        _numbers[(field.Numbers[0], field.Numbers[1])] = field;
        _embedded.Add(field.Numbers[0]);
    }
}
