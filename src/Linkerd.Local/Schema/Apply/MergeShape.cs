namespace Linkerd.Local.Schema.Apply;

/// <summary>How the owners of a value are told apart.</summary>
internal enum MergeShape
{
    /// <summary>One owner for all of it: scalars, and what the schema calls atomic.</summary>
    Atomic,

    /// <summary>An owner for each field or key.</summary>
    Object,

    /// <summary>A list with an owner for each element, told by its keys.</summary>
    MapList,

    /// <summary>A list of scalars with an owner for each.</summary>
    Set,
}
