namespace Linkerd.Local.Api;

/// <summary>Where the <c>scale</c> subresource reads and writes, as paths without the leading dot.</summary>
internal sealed record ScalePaths(string[] SpecReplicas, string[] StatusReplicas, string[]? Selector);
