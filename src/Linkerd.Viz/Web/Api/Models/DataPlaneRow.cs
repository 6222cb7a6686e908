namespace Linkerd.Viz.Web.Api.Models;

/// <summary>The proxies, by version.</summary>
internal sealed record DataPlaneRow(int Proxies, IReadOnlyDictionary<string, int> Versions);
