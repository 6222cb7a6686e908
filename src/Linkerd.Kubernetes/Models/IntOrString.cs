using System.Globalization;
using System.Text.Json.Serialization;

namespace Linkerd.Kubernetes.Models;

/// <summary>A number or a name, as ports and rolling-update bounds are written.</summary>
[JsonConverter(typeof(IntOrStringConverter))]
public readonly record struct IntOrString
{
    public IntOrString(int number) => Number = number;

    public IntOrString(string text) => Text = text;

    /// <summary>The number, 0 when <see cref="IsNumber"/> is false.</summary>
    public int Number { get; }

    /// <summary>The name, or null for a number.</summary>
    public string? Text { get; }

    /// <summary>Whether this is a number.</summary>
    public bool IsNumber => Text is null;

    public static implicit operator IntOrString(int number) => new(number);

    public static implicit operator IntOrString(string text) => new(text);

    public override string ToString() => Text ?? Number.ToString(CultureInfo.InvariantCulture);
}
