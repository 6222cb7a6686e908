using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Linkerd.Cli.Explain;

/// <summary>An explanation as text and as JSON.</summary>
internal static class ExplainReport
{
    /// <summary>For people.</summary>
    public static string Text(Explanation explanation)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"from     {explanation.From}\nto       {explanation.To}\nrequest  {explanation.Request}\n\nclient's proxy\n");
        Append(text, explanation.Outbound);
        if (explanation.Refusal is { } refusal)
            return text.Append(CultureInfo.InvariantCulture, $"\n=> {refusal.Text}\n").ToString();
        foreach (var path in explanation.Paths)
        {
            Append(text, [path.Backend]);
            if (path.Inbound.Count > 0)
                text.Append(CultureInfo.InvariantCulture, $"\nserver's proxy{(path.Pod.Length > 0 ? $" (pod {path.Pod})" : "")}\n");
            Append(text, path.Inbound);
            text.Append(CultureInfo.InvariantCulture, $"\n=> {path.Answer.Text}\n");
            if (path != explanation.Paths[^1])
                text.Append('\n');
        }

        return text.ToString();
    }

    /// <summary>For programs.</summary>
    public static JsonObject Json(Explanation explanation) => new()
    {
        ["from"] = explanation.From,
        ["to"] = explanation.To,
        ["request"] = explanation.Request,
        ["outbound"] = Facts(explanation.Outbound),
        ["answer"] = explanation.Refusal is { } refusal ? Json(refusal) : null,
        ["paths"] = new JsonArray([.. explanation.Paths.Select(JsonNode (p) => new JsonObject
        {
            ["backend"] = p.Backend.Object,
            ["share"] = p.Share,
            ["field"] = p.Backend.Field,
            ["pod"] = p.Pod,
            ["inbound"] = Facts(p.Inbound),
            ["answer"] = Json(p.Answer),
        })]),
    };

    private static JsonObject Json(Answer answer) => new() { ["status"] = answer.Status, ["reason"] = answer.Reason };

    private static JsonArray Facts(IReadOnlyList<Fact> facts) =>
        new([.. facts.Select(JsonNode (f) => new JsonObject { ["aspect"] = f.Aspect, ["value"] = f.Text, ["object"] = f.Object, ["field"] = f.Field })]);

    private static void Append(StringBuilder text, IEnumerable<Fact> facts)
    {
        foreach (var fact in facts)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {fact.Aspect,-16}{fact.Text}\n");
            var decided = string.Join(", ", ((string[])[fact.Object, fact.Field]).Where(s => s.Length > 0));
            if (decided.Length > 0)
                text.Append(CultureInfo.InvariantCulture, $"  {"",-16}by {decided}\n");
        }
    }
}
