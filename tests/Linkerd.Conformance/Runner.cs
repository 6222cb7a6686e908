using System.Diagnostics;
using System.Text.Json.Nodes;
using Xunit;

namespace Linkerd.Conformance;

/// <summary>Runs the steps of one case.</summary>
public sealed class Runner(Target target)
{
    // A real garbage collector that has just met a new kind looks at nothing else for half a minute.
    private const double Patience = 90;
    private static readonly string[] Methods = ["get", "post", "put", "patch", "delete"];
    private static int _counter;
    private readonly Dictionary<string, JsonNode?> _variables = [];

    public async Task RunAsync(Case one)
    {
        _variables["ns"] = target.Namespace;
        _variables["id"] = $"c{Interlocked.Increment(ref _counter)}-{target.Namespace[5..]}";
        _variables["core"] = $"/api/v1/namespaces/{target.Namespace}";
        _variables["cm"] = $"/api/v1/namespaces/{target.Namespace}/configmaps";
        _variables["apps"] = $"/apis/apps/v1/namespaces/{target.Namespace}";
        _variables["webhook"] = target.Webhooks.Url;
        _variables["webhookCa"] = target.Webhooks.CaBundle;
        var number = 0;
        foreach (var template in one.Steps)
        {
            number++;
            var step = (JsonObject)Variables.Apply(template, _variables)!;
            var fault = step["watch"] is not null ? await WatchAsync(step) : await SendAsync(step);
            if (fault is not null && step["always"] is null) await CleanUpAsync(one, number);
            Assert.True(fault is null, $"{one.Name}, step {number} ({step.First().Key} {step.First().Value}): {fault}");
        }
    }

    // Cluster-wide objects of a failed case must not disturb the cases after it.
    private async Task CleanUpAsync(Case one, int failed)
    {
        foreach (var template in one.Steps.Skip(failed))
        {
            var step = (JsonObject)Variables.Apply(template, _variables)!;
            if (step["delete"] is { } path) await target.SendAsync(HttpMethod.Delete, path.ToString(), null);
        }
    }

    private async Task<string?> SendAsync(JsonObject step)
    {
        var method = Methods.First(m => step[m] is not null);
        var headers = Headers(step);
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var answer = await target.SendAsync(HttpMethod.Parse(method), step[method]!.ToString(), step["body"], headers);
            var fault = Check(step, answer);
            if (fault is null)
            {
                foreach (var (name, path) in step["save"] as JsonObject ?? [])
                    _variables[name] = Matching.Find(answer.Body, path!.ToString())?.DeepClone();
                return null;
            }
            // A step with "until" is asked again: what it waits for is made by something else.
            if (step["until"] is null || clock.Elapsed.TotalSeconds > Patience) return fault;
            await Task.Delay(50);
        }
    }

    private static string? Check(JsonObject step, Answer answer)
    {
        var wanted = step["code"] is { } code ? int.Parse(code.ToJsonString()) : step["post"] is not null ? 201 : 200;
        if (answer.Code != wanted) return $"HTTP {answer.Code}, expected {wanted}: {Shorten(answer.Text)}";
        if (step["expect"] is JsonObject expected && Matching.Mismatch(answer.Body, expected) is { } mismatch) return $"{mismatch} in {Shorten(answer.Text)}";
        if (step["text"] is { } text && !answer.Text.Contains(text.ToString(), StringComparison.Ordinal)) return $"the text lacks {text}: {Shorten(answer.Text)}";
        if (step["lacks"] is { } absent && answer.Text.Contains(absent.ToString(), StringComparison.Ordinal)) return $"the text has {absent}: {Shorten(answer.Text)}";
        return step["header"] is { } header && !answer.Headers.Contains(header.ToString(), StringComparison.OrdinalIgnoreCase) ? $"no header {header} in {answer.Headers}" : null;
    }

    // Reads a watch until the expected events are there; events that were not asked for, other than bookmarks, are a fault.
    private async Task<string?> WatchAsync(JsonObject step)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(Patience));
        using var response = await target.OpenAsync(step["watch"]!.ToString(), Headers(step));
        if (step["code"] is { } code) return (int)response.StatusCode == int.Parse(code.ToJsonString()) ? null : $"HTTP {(int)response.StatusCode}";
        foreach (var meanwhile in (step["meanwhile"] as JsonArray ?? []).OfType<JsonObject>())
            if (await SendAsync(meanwhile) is { } fault) return fault;
        var wanted = new Queue<JsonObject>((step["events"] as JsonArray ?? []).OfType<JsonObject>());
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(limit.Token));
        var seen = new List<string>();
        while (wanted.Count > 0 || step["ends"] is not null)
        {
            string? line;
            try
            {
                line = await reader.ReadLineAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                return $"no more events in {Patience} s; seen: {string.Join(' ', seen)}";
            }
            if (line is null) return wanted.Count == 0 ? null : $"the watch ended before {wanted.Peek().ToJsonString()}; seen: {string.Join(' ', seen)}";
            var change = JsonNode.Parse(line)!;
            var type = change["type"]!.ToString();
            seen.Add($"{type}:{change["object"]?["metadata"]?["name"]}");
            if (type == "BOOKMARK" && (wanted.Count == 0 || wanted.Peek()["type"]?.ToString() != "BOOKMARK")) continue;
            if (wanted.Count == 0) return $"unexpected event {Shorten(line)}";
            if (Matching.Mismatch(change, wanted.Dequeue()) is { } mismatch) return $"{mismatch}; seen: {string.Join(' ', seen)}: {Shorten(line)}";
        }
        return null;
    }

    private static Dictionary<string, string> Headers(JsonObject step)
    {
        var headers = new Dictionary<string, string>();
        if (step["type"] is { } type) headers["Content-Type"] = type.ToString();
        if (step["accept"] is { } accept) headers["Accept"] = accept.ToString();
        if (step["bearer"] is { } token) headers["Authorization"] = $"Bearer {token}";
        if (step["as"] is { } user) headers["Impersonate-User"] = user.ToString();
        if (step["group"] is { } group) headers["Impersonate-Group"] = group.ToString();
        return headers;
    }

    private static string Shorten(string text) => text.Length > 900 ? text[..900] + "…" : text;
}
