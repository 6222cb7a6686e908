using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Inject.Reports;
using Linkerd.Kubernetes.Yaml;

namespace Linkerd.Inject.Transforms;

/// <summary>Runs a transform over every document of a stream, and over every item of a List.</summary>
internal static class ResourceStream
{
    /// <summary>One resource: returns it, changed or not (by reference), and its report.</summary>
    public delegate (JsonObject Resource, InjectReport Report) Transform(JsonObject resource);

    public static (string Output, List<InjectReport> Reports, List<string> Errors) Run(string input, OutputFormat format, Transform transform)
    {
        var output = new StringBuilder();
        var reports = new List<InjectReport>();
        var errors = new List<string>();
        foreach (var document in Split(input))
        {
            try
            {
                var resource = Parse(document);
                if (resource is null)
                    continue;
                var changed = resource.String("kind") == "List" ? OfList(resource, transform, reports) : One(resource, transform, reports);
                if (format == OutputFormat.Json)
                    output.Append(changed.ToJsonString()).Append('\n');
                else
                    output.Append(ReferenceEquals(changed, resource) ? WithNewline(document) : KubernetesYaml.Write(changed)).Append("---\n");
            }
            catch (InjectException e)
            {
                errors.Add(e.Message);
            }
            catch (FormatException e)
            {
                errors.Add($"error converting YAML to JSON: {e.Message}");
            }
        }
        return (output.ToString(), reports, errors);
    }

    private static JsonObject One(JsonObject resource, Transform transform, List<InjectReport> reports)
    {
        var (changed, report) = transform(resource);
        reports.Add(report);
        return changed;
    }

    private static JsonObject OfList(JsonObject list, Transform transform, List<InjectReport> reports)
    {
        JsonObject? result = null;
        var items = list.Array("items") ?? [];
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i] is not JsonObject item)
                continue;
            var changed = One(item, transform, reports);
            if (ReferenceEquals(changed, item))
                continue;
            result ??= (JsonObject)list.DeepClone();
            result["items"]![i] = changed.Parent is null ? changed : changed.DeepClone();
        }
        return result ?? list;
    }

    private static JsonObject? Parse(string document)
    {
        var node = KubernetesYaml.Read(document);
        return node switch
        {
            null => null,
            JsonObject resource => resource,
            _ when LooksLikeTable(document) => throw new InjectException(
                "the input is a table as \"kubectl get\" prints it, not YAML; add \"-o yaml\", as in: kubectl get deploy -o yaml | linkerd inject -"),
            _ => throw new InjectException("the input is not a Kubernetes resource: a YAML or JSON object is expected"),
        };
    }

    private static bool LooksLikeTable(string document)
    {
        var first = document.TrimStart().AsSpan();
        var end = first.IndexOf('\n');
        var header = end < 0 ? first : first[..end];
        return (header.StartsWith("NAME") || header.StartsWith("NAMESPACE")) && header.IndexOfAnyInRange('a', 'z') < 0;
    }

    /// <summary>Documents as they stand, so that what is not changed can be written back as it was.</summary>
    private static IEnumerable<string> Split(string input)
    {
        var document = new StringBuilder();
        foreach (var line in input.ReplaceLineEndings("\n").Split('\n'))
        {
            if (line.StartsWith("---", StringComparison.Ordinal) && line.AsSpan(3).Trim() is { } rest && (rest.IsEmpty || rest[0] == '#'))
            {
                yield return document.ToString();
                document.Clear();
                continue;
            }
            document.Append(line).Append('\n');
        }
        yield return document.ToString();
    }

    private static string WithNewline(string document) => document.TrimEnd('\n') + "\n";
}
