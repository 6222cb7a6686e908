namespace Linkerd.Charts.Templates;

/// <summary>The text of a template file and its name in messages.</summary>
internal sealed record TemplateSource(string Name, string Text)
{
    /// <summary>An error at an offset: <c>name:line:column: message</c>, both counted from 1.</summary>
    public ChartException Error(int position, string message, Exception? inner = null)
    {
        var text = $"{Place(position)}: {message}";
        return inner is null ? new ChartException(text) : new ChartException(text, inner);
    }

    /// <summary>An offset as <c>name:line:column</c>.</summary>
    public string Place(int position)
    {
        var before = Text.AsSpan(0, Math.Min(position, Text.Length));
        var line = before.Count('\n') + 1;
        var column = position - before.LastIndexOf('\n');
        return $"{Name}:{line}:{column}";
    }
}
