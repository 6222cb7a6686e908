using System.Text;
using System.Text.Json;

namespace Linkerd.Checks;

/// <summary>Outcomes as they are shown: as a table while they come in, only what fails, or JSON at the end.</summary>
public sealed class CheckReport
{
    private readonly TextWriter _out;
    private readonly string _format;
    private readonly bool _colour;
    private readonly List<CheckResult> _results = [];
    private string? _category;

    /// <summary>Creates a report.</summary>
    /// <param name="output">Where it goes.</param>
    /// <param name="format"><c>table</c>, <c>short</c> or <c>json</c>.</param>
    /// <param name="colour">Whether symbols have colours.</param>
    public CheckReport(TextWriter output, string format, bool colour)
    {
        _out = output;
        _format = format;
        _colour = colour;
    }

    /// <summary>Takes an outcome.</summary>
    public void Add(CheckResult result)
    {
        _results.Add(result);
        if (_format == "json" || (_format == "short" && result.Status == CheckStatus.Success))
            return;
        if (_category != result.Category)
        {
            if (_category is not null)
                _out.Write('\n');
            _category = result.Category;
            _out.Write($"{_category}\n{new string('-', _category.Length)}\n");
        }

        _out.Write($"{Symbol(result.Status)} {result.Description}\n");
        if (result.Error is not null)
            _out.Write($"    {result.Error}\n    see {result.Hint} for hints\n");
    }

    /// <summary>Ends the report.</summary>
    public void End(bool success)
    {
        if (_format == "json")
        {
            _out.Write(Json(success));
            return;
        }

        if (_category is not null)
            _out.Write('\n');
        _out.Write($"Status check results are {Symbol(success ? CheckStatus.Success : CheckStatus.Error)}\n");
    }

    private string Symbol(CheckStatus status)
    {
        var (symbol, colour) = status switch { CheckStatus.Success => ("\u221a", "32;1"), CheckStatus.Warning => ("\u203c", "33;1"), _ => ("\u00d7", "31;1") };
        return _colour ? $"\u001b[{colour}m{symbol}\u001b[0m" : symbol;
    }

    private string Json(bool success)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteBoolean("success", success);
            writer.WriteStartArray("categories");
            foreach (var category in _results.GroupBy(r => r.Category))
            {
                writer.WriteStartObject();
                writer.WriteString("categoryName", category.Key);
                writer.WriteStartArray("checks");
                foreach (var result in category)
                    Write(writer, result);
                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static void Write(Utf8JsonWriter writer, CheckResult result)
    {
        writer.WriteStartObject();
        writer.WriteString("description", result.Description);
        if (result.Error is not null)
        {
            writer.WriteString("hint", result.Hint);
            writer.WriteString("error", result.Error);
        }

        writer.WriteString("result", result.Status switch { CheckStatus.Success => "success", CheckStatus.Warning => "warning", _ => "error" });
        writer.WriteEndObject();
    }
}
