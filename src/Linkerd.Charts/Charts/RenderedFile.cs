namespace Linkerd.Charts;

/// <summary>What one template file gave.</summary>
/// <param name="Name">Path of the template, with its chart's name first.</param>
/// <param name="Text">What was rendered, exactly.</param>
public sealed record RenderedFile(string Name, string Text);
