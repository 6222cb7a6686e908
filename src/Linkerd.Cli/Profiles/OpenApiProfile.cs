using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Linkerd.Kubernetes.Yaml;

namespace Linkerd.Cli.Profiles;

/// <summary>
/// Routes out of an OpenAPI document: Swagger 2 and OpenAPI 3, in YAML or JSON. One route for each operation, named
/// <c>METHOD path</c>, in the order of paths.
/// </summary>
public static partial class OpenApiProfile
{
    private const string Retryable = "x-linkerd-retryable";
    private const string TimeoutKey = "x-linkerd-timeout";

    // The order in which operations of one path are listed.
    private static readonly string[] Methods = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

    /// <summary>Reads the routes.</summary>
    /// <exception cref="CliException">It is no such document; the message names field, value and what to write.</exception>
    public static IReadOnlyList<ProfileRoute> Read(string text)
    {
        var document = Parse(text);
        if (document["paths"] is not JsonObject paths)
            throw new CliException(document["paths"] is null
                ? "the OpenAPI document has no paths: give the description of an HTTP API, with swagger: \"2.0\" or openapi: 3.x at its top"
                : "paths: must be a mapping from paths to their operations");
        var prefix = Base(document);
        return [.. paths.Where(p => !p.Key.StartsWith("x-", StringComparison.Ordinal))
            .OrderBy(p => p.Key, StringComparer.Ordinal)
            .SelectMany(p => Operations(prefix, p.Key, p.Value))];
    }

    private static JsonObject Parse(string text)
    {
        try
        {
            return KubernetesYaml.Read(text) as JsonObject ?? throw new CliException("the OpenAPI document is empty or no mapping: it must be YAML or JSON with swagger or openapi, and paths");
        }
        catch (FormatException e)
        {
            throw new CliException($"the OpenAPI document is neither YAML nor JSON: {e.Message}", e);
        }
    }

    /// <summary>What paths are relative to: <c>basePath</c> of Swagger 2, the path of the first server of OpenAPI 3.</summary>
    private static string Base(JsonObject document)
    {
        if (document["basePath"] is { } basePath)
            return Text("basePath", basePath).TrimEnd('/');
        if (document["servers"] is not JsonArray { Count: > 0 } servers || servers[0] is not JsonObject server || server["url"] is not { } url)
            return "";
        var address = Variable().Replace(Text("servers[0].url", url), m => server["variables"]?[m.Groups["name"].Value]?["default"]?.ToString() ?? m.Value);
        var scheme = address.IndexOf("://", StringComparison.Ordinal);
        var slash = address.IndexOf('/', scheme < 0 ? 0 : scheme + 3);
        return slash < 0 ? "" : address[slash..].TrimEnd('/');
    }

    private static IEnumerable<ProfileRoute> Operations(string prefix, string path, JsonNode? value)
    {
        if (!path.StartsWith('/'))
            throw new CliException($"paths: '{path}' must begin with '/'");
        if (value is not JsonObject item)
            throw new CliException($"paths.{path}: must be a mapping from methods to operations");
        if (item.ContainsKey("$ref"))
            throw new CliException($"paths.{path}.$ref: references are not followed; write the operations in their place");
        foreach (var method in Methods)
        {
            if (!item.TryGetPropertyValue(method.ToLowerInvariant(), out var operation))
                continue;
            yield return Route($"paths.{path}.{method.ToLowerInvariant()}", method, prefix + path, operation as JsonObject
                ?? throw new CliException($"paths.{path}.{method.ToLowerInvariant()}: must be an operation, a mapping with responses"));
        }
    }

    private static ProfileRoute Route(string field, string method, string path, JsonObject operation) => new($"{method} {path}", method, PathRegex.OfTemplate(path))
    {
        IsRetryable = IsRetryable(field, operation[Retryable]),
        Timeout = Timeout(field, operation[TimeoutKey]),
        ResponseClasses = Classes(field, operation["responses"]),
    };

    private static bool IsRetryable(string field, JsonNode? value) => value?.GetValueKind() switch
    {
        null or JsonValueKind.False => false,
        JsonValueKind.True => true,
        _ => throw new CliException($"{field}.{Retryable}: {value.ToJsonString()} must be true or false, without quotes"),
    };

    private static string Timeout(string field, JsonNode? value)
    {
        if (value is null)
            return "";
        return value.GetValueKind() == JsonValueKind.String && value.GetValue<string>() is var text && DurationPattern().IsMatch(text)
            ? text
            : throw new CliException($"{field}.{TimeoutKey}: {value.ToJsonString()} must be a duration with its unit, such as 250ms or 2s");
    }

    private static IReadOnlyList<StatusClass> Classes(string field, JsonNode? value)
    {
        if (value is null)
            return [];
        if (value is not JsonObject responses)
            throw new CliException($"{field}.responses: must be a mapping from statuses to responses");
        return [.. responses.Select(r => r.Key)
            .Where(k => k != "default" && !k.StartsWith("x-", StringComparison.Ordinal))
            .Select(k => Class(field, k)).OrderBy(c => c.Min).ThenBy(c => c.Max)];
    }

    private static StatusClass Class(string field, string key)
    {
        if (key.Length == 3 && key[0] is >= '1' and <= '5')
        {
            if (int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var status))
                return new StatusClass(status, status);
            if (key[1] is 'X' or 'x' && key[2] is 'X' or 'x')
                return new StatusClass((key[0] - '0') * 100, ((key[0] - '0') * 100) + 99);
        }

        throw new CliException($"{field}.responses: '{key}' must be a status from 100 to 599, a range such as 5XX, or default");
    }

    private static string Text(string field, JsonNode value) => value.GetValueKind() == JsonValueKind.String
        ? value.GetValue<string>()
        : throw new CliException($"{field}: {value.ToJsonString()} must be text");

    [GeneratedRegex(@"\{(?<name>[^{}]+)\}", RegexOptions.ExplicitCapture)]
    private static partial Regex Variable();

    // The durations that Go reads, but for signs and the digits that mean nothing at all.
    [GeneratedRegex(@"^(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h))+\z", RegexOptions.ExplicitCapture)]
    private static partial Regex DurationPattern();
}
