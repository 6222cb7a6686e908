namespace Linkerd.Local.Schema;

/// <summary>A built-in type, such as <c>io.k8s.api.core.v1.PodSpec</c>.</summary>
internal sealed class SchemaType(string fullName)
{
    private readonly Dictionary<string, SchemaField> _fields = [];

    public string FullName { get; } = fullName;

    public IReadOnlyDictionary<string, SchemaField> Fields => _fields;

    public SchemaField? Field(string name) => _fields.GetValueOrDefault(name);

    internal void Add(SchemaField field) => _fields.Add(field.Name, field);
}
