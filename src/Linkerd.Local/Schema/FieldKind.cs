namespace Linkerd.Local.Schema;

/// <summary>What a field of a built-in type holds; see <c>builtin-types.txt</c>.</summary>
internal enum FieldKind
{
    String,
    Boolean,
    Int32,
    Int64,
    Double,
    Quantity,
    IntOrString,
    Time,
    MicroTime,
    Bytes,
    Any,
    List,
    Map,
    Object,
}
