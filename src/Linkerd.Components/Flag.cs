namespace Linkerd.Components;

/// <summary>One declared flag and its current value in text form.</summary>
internal sealed class Flag(string name, string defaultValue, string help, bool isSwitch)
{
    /// <summary>Name without dashes.</summary>
    public string Name { get; } = name;

    public string Default { get; } = defaultValue;

    public string Help { get; } = help;

    /// <summary>A switch needs no value: <c>-x</c> is <c>-x=true</c>.</summary>
    public bool IsSwitch { get; } = isSwitch;

    /// <summary>The text given, or the default.</summary>
    public string Value { get; set; } = defaultValue;

    /// <summary>Whether the user gave it.</summary>
    public bool IsSet { get; set; }
}
