namespace Linkerd.Local.Storage;

/// <summary>What a log record says; the values are on disk.</summary>
internal enum LogOperation : byte
{
    Put = 1,
    Delete = 2,

    /// <summary>The last record of a complete snapshot.</summary>
    End = 3,
}
