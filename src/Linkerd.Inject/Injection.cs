using System.Text.Json.Nodes;
using Linkerd.Inject.Reports;

namespace Linkerd.Inject;

/// <summary>The outcome of an injection.</summary>
/// <param name="Report">What was found.</param>
/// <param name="Patch">JSON patch (RFC 6902); null when nothing is to be changed.</param>
/// <param name="Injected">Whether the patch adds a proxy; otherwise it adds annotations only.</param>
/// <param name="Warnings">Annotations that were ignored, each with the reason.</param>
public sealed record Injection(InjectReport Report, JsonArray? Patch, bool Injected, IReadOnlyList<string> Warnings);
