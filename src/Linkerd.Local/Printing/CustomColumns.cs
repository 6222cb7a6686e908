using System.Globalization;
using System.Text.Json.Nodes;
using Linkerd.Local.Api;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Printing;

/// <summary>The <c>additionalPrinterColumns</c> of custom resources.</summary>
internal static partial class TableColumns
{
    private static List<TableColumn> Custom(ResourceVersionInfo version)
    {
        var columns = new List<TableColumn> { NameColumn };
        if (version.PrinterColumns is not { Count: > 0 } defined)
        {
            columns.Add(Age);
            return columns;
        }
        foreach (var column in defined.Objects())
        {
            var path = column.Str("jsonPath") ?? "";
            var type = column.Str("type") ?? "string";
            columns.Add(new TableColumn(column.Str("name") ?? "", type, (int)(column.Long("priority") ?? 0), (node, now) => Cell(SimplePath.Find(node, path), type, now))
            {
                Format = column.Str("format") ?? "",
                Description = column.Str("description") ?? "",
            });
        }
        return columns;
    }

    private static JsonNode? Cell(JsonNode? value, string type, DateTimeOffset now)
    {
        if (value is null) return null;
        return type switch
        {
            "integer" => value.AsLong() is { } number ? JsonValue.Create(number) : null,
            "number" => value.AsDouble() is { } real ? JsonValue.Create(real) : null,
            "boolean" => value is JsonValue flag && flag.TryGetValue(out bool set) ? JsonValue.Create(set) : null,
            "date" => value.AsString() is { } time ? Durations.Since(time, now) : "<unknown>",
            _ => value.AsString() ?? (value.AsDouble() is { } plain ? plain.ToString(CultureInfo.InvariantCulture) : value.ToJsonString()),
        };
    }
}
