using System.Text;

namespace Linkerd.Telemetry;

/// <summary>
/// A set of labels in the form that the text format writes: <c>name="value",…</c>, values escaped. Built once; equal by text, so
/// the same labels must be added in the same order everywhere.
/// </summary>
public readonly record struct Labels
{
    private readonly string? _text;

    private Labels(string text) => _text = text;

    public static Labels Empty => default;

    public string Text => _text ?? string.Empty;

    public bool IsEmpty => string.IsNullOrEmpty(_text);

    /// <summary>One label.</summary>
    public static Labels Of(string name, string? value) => default(Labels).And(name, value);

    /// <summary>These labels and one more; a null value leaves it out.</summary>
    public Labels And(string name, string? value)
    {
        if (value is null) return this;
        var text = new StringBuilder(Text.Length + name.Length + value.Length + 4);
        text.Append(Text);
        if (text.Length > 0) text.Append(',');
        text.Append(name).Append("=\"");
        foreach (char c in value)
        {
            if (c == '\\') text.Append("\\\\");
            else if (c == '"') text.Append("\\\"");
            else if (c == '\n') text.Append("\\n");
            else text.Append(c);
        }

        return new Labels(text.Append('"').ToString());
    }

    /// <summary>These labels, then the others.</summary>
    public Labels And(Labels other) => other.IsEmpty ? this : IsEmpty ? other : new Labels(Text + "," + other.Text);

    public override string ToString() => Text;
}
