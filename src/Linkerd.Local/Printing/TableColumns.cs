using System.Text.Json.Nodes;
using Linkerd.Local.Api;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Printing;

/// <summary>The columns of each kind.</summary>
internal static partial class TableColumns
{
    public static TableColumn NameColumn { get; } = new("Name", "string", 0, (node, _) => node.Obj("metadata").Str("name")) { Format = "name" };

    public static TableColumn Age { get; } = new("Age", "string", 0, (node, now) => Durations.Since(node.Obj("metadata").Str("creationTimestamp"), now));

    public static IReadOnlyList<TableColumn> For(ResourceInfo resource, ResourceVersionInfo version) => Generic;

    private static IReadOnlyList<TableColumn> Generic { get; } =
    [
        NameColumn,
        new("Created At", "date", 0, (node, _) => node.Obj("metadata").Str("creationTimestamp")),
    ];
}
