namespace Linkerd.Local.Api;

internal enum SelectorOperator
{
    In,
    NotIn,
    Exists,
    Absent,
    Greater,
    Less,
}
