namespace Linkerd.Charts.Templates;

/// <summary>A value with fields of its own rather than keys, such as <c>.Capabilities</c>.</summary>
internal interface ITemplateObject
{
    /// <summary>A field, or null where there is none of the name.</summary>
    /// <param name="name">The field or method.</param>
    /// <param name="arguments">What a method is called with.</param>
    /// <param name="value">Its value or result.</param>
    bool TryGet(string name, IReadOnlyList<object?> arguments, out object? value);
}
