using System.Text.Json.Nodes;

namespace Linkerd.Viz.Web.Data;

/// <summary>The policy resources of a namespace.</summary>
internal interface IPolicySource
{
    /// <summary>All of them; a kind that is not installed has none.</summary>
    Task<IReadOnlyList<JsonObject>> InAsync(string ns, CancellationToken cancel);
}
