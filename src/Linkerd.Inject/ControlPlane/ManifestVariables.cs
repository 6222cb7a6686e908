using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Linkerd.Inject.ControlPlane;

/// <summary>
/// Fills variables such as <c>${name}</c> into the scalars of a parsed manifest, so that a value can never break the
/// YAML. A scalar that is nothing but a variable takes the variable's type.
/// </summary>
internal sealed partial class ManifestVariables(IReadOnlyDictionary<string, JsonNode> variables)
{
    /// <exception cref="InjectException">A variable has no value.</exception>
    public JsonNode? Fill(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.Select(m => new KeyValuePair<string, JsonNode?>(m.Key, Fill(m.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Fill)]),
        JsonValue value when value.TryGetValue<string>(out var text) => FillText(text),
        _ => node?.DeepClone(),
    };

    private JsonNode FillText(string text)
    {
        var whole = Variable().Match(text);
        if (whole.Success && whole.Length == text.Length)
            return Value(whole).DeepClone();
        return JsonValue.Create(Variable().Replace(text, match => Value(match).ToString()));
    }

    private JsonNode Value(Match match) =>
        variables.TryGetValue(match.Groups["name"].Value, out var value) ? value : throw new InjectException($"the manifest's variable {match.Value} has no value");

    [GeneratedRegex(@"\$\{(?<name>[a-zA-Z0-9]+)\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Variable();
}
