using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Linkerd.Local.Printing;
using Linkerd.Local.Schema;
using Linkerd.Local.Storage;

namespace Linkerd.Local.Api;

/// <summary>Get and list.</summary>
internal sealed class ReadOperations(ApiCore core)
{
    public Task GetAsync(ApiRequest request)
    {
        var stored = Find(request);
        if (request.Number("resourceVersion") is { } wanted && wanted > core.Store.Version) throw TooLarge(wanted, core.Store.Version);
        return WriteObjectAsync(request, 200, stored.Node, stored.Utf8);
    }

    public StoredObject Find(ApiRequest request) =>
        core.StoreOf(request.Resource).Objects.GetValueOrDefault(request.Key) ?? throw ApiException.NotFound(request.Resource, request.Name);

    /// <summary>Writes one object in the form and version that the client asked for.</summary>
    public Task WriteObjectAsync(ApiRequest request, int code, JsonObject stored, byte[]? utf8 = null)
    {
        var form = Negotiation.Choose(request.Http.Request);
        if (form == AnswerForm.Json && utf8 is not null && Versions.IsStored(request.Resource, request.Version))
            return ResponseWriter.WriteBytesAsync(request, code, utf8);
        var node = Versions.FromStorage(stored, request.Resource, request.Version);
        return form switch
        {
            AnswerForm.Table => ResponseWriter.WriteAsync(request, code, Tables.Create(core, request, [node], node.Obj("metadata").Str("resourceVersion"), null, null, withColumns: true)),
            AnswerForm.PartialMetadata => ResponseWriter.WriteAsync(request, code, Partial(node, request)),
            _ => ResponseWriter.WriteAsync(request, code, node),
        };
    }

    public async Task ListAsync(ApiRequest request)
    {
        var options = ListOptions.Read(request);
        var form = Negotiation.Choose(request.Http.Request);
        var (version, objects) = Select(request, options);
        var page = Page(request, options, objects, out var next, out var remaining);
        var token = next is null ? null : ListOptions.Token(version, next);
        if (form == AnswerForm.Table)
        {
            var nodes = page.Select(o => Versions.FromStorage(o.Node, request.Resource, request.Version)).ToList();
            await ResponseWriter.WriteAsync(request, 200, Tables.Create(core, request, nodes, version.ToString(), token, remaining, withColumns: true));
            return;
        }
        var body = WriteList(request, form, version, page, token, remaining);
        if (form != AnswerForm.Yaml) await ResponseWriter.WriteBytesAsync(request, 200, body);
        else await ResponseWriter.WriteAsync(request, 200, Json.ParseObject(body.Span));
    }

    /// <summary>The metadata alone, for <c>as=PartialObjectMetadata</c>.</summary>
    public static JsonObject Partial(JsonObject node, ApiRequest request) => new()
    {
        ["kind"] = "PartialObjectMetadata",
        ["apiVersion"] = "meta.k8s.io/" + Negotiation.MetaVersion(request.Http.Request),
        ["metadata"] = node["metadata"].Copy(),
    };

    /// <summary>All objects in the request's namespace that pass its selectors.</summary>
    public static IEnumerable<StoredObject> Filter(ApiRequest request, ListOptions options, ImmutableSortedDictionary<string, StoredObject> objects)
    {
        var prefix = request.Resource.Namespaced && request.Namespace.Length > 0 ? request.Namespace + "/" : null;
        foreach (var (key, stored) in objects)
        {
            if (prefix is not null && !key.StartsWith(prefix, StringComparison.Ordinal)) continue;
            if (!options.Labels.IsEmpty && !options.Labels.Matches(stored.Node.Obj("metadata").Obj("labels"))) continue;
            if (options.Fields.IsEmpty || options.Fields.Matches(stored.Node)) yield return stored;
        }
    }

    public static ApiException TooLarge(long wanted, long current) =>
        new(504, "Timeout", $"Too large resource version: {wanted}, current: {current}")
        {
            RetryAfterSeconds = 1,
            Causes = [new StatusCause("ResourceVersionTooLarge", "Too large resource version", "")],
        };

    private (long Version, ImmutableSortedDictionary<string, StoredObject> Objects) Select(ApiRequest request, ListOptions options)
    {
        var store = core.StoreOf(request.Resource);
        var (current, objects) = core.Store.Snapshot(store);
        if (options.Version > current) throw TooLarge(options.Version, current);
        if (!options.Exact || options.Version == 0) return (current, objects);
        var past = store.At(options.Version);
        if (past is null)
            throw ApiException.Expired(options.After is null
                ? $"The resourceVersion for the provided list is too old: {options.Version}"
                : "The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter.");
        return (options.Version, past);
    }

    private static List<StoredObject> Page(
        ApiRequest request, ListOptions options, ImmutableSortedDictionary<string, StoredObject> objects, out string? next, out long? remaining)
    {
        var matching = Filter(request, options, objects);
        if (options.After is { } after) matching = matching.Where(o => string.CompareOrdinal(o.Key, after) > 0);
        next = null;
        remaining = null;
        if (options.Limit == 0) return matching.ToList();
        var all = matching.ToList();
        if (all.Count <= options.Limit) return all;
        next = all[options.Limit - 1].Key;
        if (options.Labels.IsEmpty && options.Fields.IsEmpty) remaining = all.Count - options.Limit;
        return all.GetRange(0, options.Limit);
    }

    private static ReadOnlyMemory<byte> WriteList(ApiRequest request, AnswerForm form, long version, List<StoredObject> page, string? token, long? remaining)
    {
        var partial = form == AnswerForm.PartialMetadata;
        var buffer = new ArrayBufferWriter<byte>(4096);
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        writer.WriteStartObject();
        writer.WriteString("kind", partial ? "PartialObjectMetadataList" : request.Resource.ListKind);
        writer.WriteString("apiVersion", partial ? "meta.k8s.io/" + Negotiation.MetaVersion(request.Http.Request) : request.Resource.ApiVersion(request.Version.Name));
        writer.WriteStartObject("metadata");
        writer.WriteString("resourceVersion", version.ToString());
        if (token is not null) writer.WriteString("continue", token);
        if (remaining is { } count) writer.WriteNumber("remainingItemCount", count);
        writer.WriteEndObject();
        writer.WriteStartArray("items");
        var raw = !partial && Versions.IsStored(request.Resource, request.Version);
        foreach (var stored in page)
        {
            if (raw)
            {
                writer.WriteRawValue(stored.Utf8, skipInputValidation: true);
                continue;
            }
            var node = Versions.FromStorage(stored.Node, request.Resource, request.Version);
            (partial ? Partial(node, request) : node).WriteTo(writer);
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }
}
