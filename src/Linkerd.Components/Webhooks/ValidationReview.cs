using System.Text.Json.Nodes;

namespace Linkerd.Components.Webhooks;

/// <summary>Answers admission reviews of a validating webhook, in the version of the question.</summary>
internal static class ValidationReview
{
    /// <summary>Answers one review.</summary>
    /// <param name="review">The question.</param>
    /// <param name="validate">Given group and version, kind and the object; returns why it is refused, or null.</param>
    /// <exception cref="FormatException">It is not an admission review.</exception>
    public static JsonObject Answer(JsonObject review, Func<string, string, JsonObject, string?> validate)
    {
        if (review["request"] is not JsonObject request || Text(request["uid"]) is not { Length: > 0 } uid)
            throw new FormatException("invalid admission review request: request.uid is missing");
        // What is deleted has no object, and needs no permission of ours.
        var fault = request["object"] is JsonObject resource && Text(request["operation"]) != "DELETE"
            ? validate(Text(request["kind"]?["group"]), Text(request["kind"]?["kind"]), resource)
            : null;
        var response = new JsonObject { ["uid"] = uid, ["allowed"] = fault is null };
        if (fault is not null)
            response["status"] = new JsonObject { ["code"] = 403, ["message"] = fault, ["status"] = "Failure" };
        return new JsonObject
        {
            ["apiVersion"] = Text(review["apiVersion"]) is { Length: > 0 } version ? version : "admission.k8s.io/v1",
            ["kind"] = "AdmissionReview",
            ["response"] = response,
        };
    }

    private static string Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}
