using System.Text.Json.Nodes;

namespace Linkerd.Controller.Policy.Conditions;

/// <summary>One condition of a status.</summary>
/// <param name="Type"><c>Accepted</c> or <c>ResolvedRefs</c>.</param>
/// <param name="Holds">Whether it holds.</param>
/// <param name="Reason">Why, as one word.</param>
/// <param name="Message">Why, for people; empty for nothing to say.</param>
internal sealed record StatusCondition(string Type, bool Holds, string Reason, string Message = "")
{
    /// <summary>As the API has it.</summary>
    public JsonObject ToJson(string now) => new()
    {
        ["type"] = Type,
        ["status"] = Holds ? "True" : "False",
        ["reason"] = Reason,
        ["message"] = Message,
        ["lastTransitionTime"] = now,
    };
}
