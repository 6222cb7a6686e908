using System.Text.Json.Nodes;

namespace Linkerd.Conformance;

/// <summary>One case of a file: steps that are sent to the API server, and what each must answer.</summary>
public sealed record Case(string Name, IReadOnlyList<JsonObject> Steps)
{
    /// <summary>The oldest Kubernetes 1.N that has what the case is about; 0: any.</summary>
    public long Minor { get; init; }
}
