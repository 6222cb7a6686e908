using System.Text.Json.Nodes;

namespace Linkerd.Local.Api;

/// <summary>API groups that a Service serves, by <c>APIService</c> objects.</summary>
internal sealed class Aggregation(ApiCore core)
{
    /// <summary>The groups and versions with a Service behind them.</summary>
    public IReadOnlyList<(string Group, string Version)> Groups()
    {
        _ = core;
        return [];
    }

    /// <summary>The resources of such a version in the aggregated form; empty until its server has answered.</summary>
    public JsonArray Discovered(string group, string version) => [];

    /// <summary>Hands the request to the Service that serves its group; false when there is none.</summary>
    public Task<bool> TryProxyAsync(ApiRequest request) => Task.FromResult(false);
}
