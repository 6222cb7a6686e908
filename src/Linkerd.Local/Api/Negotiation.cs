using Microsoft.AspNetCore.Http;

namespace Linkerd.Local.Api;

/// <summary>Chooses the form of the answer. Protobuf is never chosen: a client that offers it offers JSON as well, or gets 406.</summary>
internal static class Negotiation
{
    public static AnswerForm Choose(HttpRequest request, bool allowTransforms = true)
    {
        var accept = request.Headers.Accept.ToString();
        if (accept.Length == 0) return AnswerForm.Json;
        foreach (var range in accept.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = range.Split(';', StringSplitOptions.TrimEntries);
            var target = Parameter(parts, "as");
            if (target.Length > 0)
            {
                if (!allowTransforms || parts[0] != "application/json" || Parameter(parts, "g") is not ("meta.k8s.io" or "") || Parameter(parts, "v") is not ("v1" or "v1beta1")) continue;
                if (target == "Table") return AnswerForm.Table;
                if (target is "PartialObjectMetadata" or "PartialObjectMetadataList") return AnswerForm.PartialMetadata;
                continue;
            }
            if (parts[0] is "application/json" or "*/*" or "application/*" or "text/plain" or "text/*") return AnswerForm.Json;
            if (parts[0] is "application/yaml") return AnswerForm.Yaml;
        }
        throw ApiException.NotAcceptable();
    }

    /// <summary>The meta version that the client asked for in a transform: v1 or v1beta1.</summary>
    public static string MetaVersion(HttpRequest request) =>
        request.Headers.Accept.ToString().Contains("v=v1beta1", StringComparison.Ordinal) && !request.Headers.Accept.ToString().Contains("v=v1;", StringComparison.Ordinal)
        && !request.Headers.Accept.ToString().Contains("v=v1,", StringComparison.Ordinal) ? "v1beta1" : "v1";

    private static string Parameter(string[] parts, string name)
    {
        foreach (var part in parts.AsSpan(1))
            if (part.StartsWith(name, StringComparison.Ordinal) && part.Length > name.Length && part[name.Length] == '=') return part[(name.Length + 1)..];
        return "";
    }
}
