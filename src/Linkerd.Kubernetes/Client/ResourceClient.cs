using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Kubernetes;

/// <summary>The verbs on one resource, in one namespace or in all of them.</summary>
public sealed class ResourceClient<T>
    where T : class
{
    private readonly KubernetesClient _client;

    internal ResourceClient(KubernetesClient client, ResourceType<T> type, string? ns)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (ns is not null && !type.Namespaced)
            throw new ArgumentException($"{type.Gvr.Resource} are not in namespaces", nameof(ns));
        _client = client;
        Type = type;
        Namespace = ns;
    }

    /// <summary>The resource.</summary>
    public ResourceType<T> Type { get; }

    /// <summary>The namespace, or null for all (or for a cluster-scoped resource).</summary>
    public string? Namespace { get; }

    /// <summary>Reads one object.</summary>
    /// <exception cref="KubernetesException">With <see cref="KubernetesException.IsNotFound"/> when it is not there.</exception>
    public async Task<T> GetAsync(string name, CancellationToken cancel = default) =>
        Type.Stamp(await _client.SendJsonAsync(HttpMethod.Get, Path(name), null, Type.Json, cancel, Type.Accept));

    /// <summary>Reads one object, null when it is not there.</summary>
    public async Task<T?> FindAsync(string name, CancellationToken cancel = default)
    {
        try
        {
            return await GetAsync(name, cancel);
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>Reads one page.</summary>
    public async Task<ResourceList<T>> ListAsync(ListOptions? options = null, CancellationToken cancel = default)
    {
        var query = new QueryBuilder();
        options?.AppendTo(query);
        var list = await _client.SendJsonAsync(HttpMethod.Get, Collection() + query, null, Type.ListJson, cancel, Type.ListAccept);
        foreach (var item in list.Items)
            Type.Stamp(item);
        return list;
    }

    /// <summary>Reads all pages, 500 objects at a time unless the options say otherwise.</summary>
    public async IAsyncEnumerable<T> ListAllAsync(ListOptions? options = null, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        var page = (options ?? new()) with { Limit = options?.Limit ?? 500 };
        while (true)
        {
            var list = await ListAsync(page, cancel);
            foreach (var item in list.Items)
                yield return item;
            if (string.IsNullOrEmpty(list.Metadata.Continue))
                yield break;
            page = page with { Continue = list.Metadata.Continue, ResourceVersion = null, ResourceVersionMatch = null };
        }
    }

    /// <summary>Creates an object; its namespace is this client's unless it has one.</summary>
    public async Task<T> CreateAsync(T value, WriteOptions? options = null, CancellationToken cancel = default) =>
        Type.Stamp(await _client.SendJsonAsync(HttpMethod.Post, Collection(NamespaceOf(value)) + options?.ToQuery(), Body(value), Type.Json, cancel));

    /// <summary>Replaces an object; with a resourceVersion in it, only if it has not changed since.</summary>
    public async Task<T> UpdateAsync(T value, WriteOptions? options = null, CancellationToken cancel = default) =>
        Type.Stamp(await _client.SendJsonAsync(HttpMethod.Put, Path(NameOf(value), NamespaceOf(value)) + options?.ToQuery(), Body(value), Type.Json, cancel));

    /// <summary>Replaces the status of an object.</summary>
    public async Task<T> UpdateStatusAsync(T value, WriteOptions? options = null, CancellationToken cancel = default) =>
        Type.Stamp(await _client.SendJsonAsync(HttpMethod.Put, Path(NameOf(value), NamespaceOf(value)) + "/status" + options?.ToQuery(), Body(value), Type.Json, cancel));

    /// <summary>Patches an object or, with <paramref name="subresource"/> (<c>status</c>, <c>scale</c>), a part of it.</summary>
    public async Task<T> PatchAsync(string name, Patch patch, string? subresource = null, WriteOptions? options = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(patch);
        var path = Path(name) + (subresource is null ? "" : "/" + subresource) + options?.ToQuery();
        return Type.Stamp(await _client.SendJsonAsync(HttpMethod.Patch, path, KubernetesClient.JsonContent(patch.Body, patch.ContentType), Type.Json, cancel));
    }

    /// <summary>Deletes an object.</summary>
    public async Task DeleteAsync(string name, DeleteOptions? options = null, CancellationToken cancel = default) =>
        await _client.SendJsonAsync(HttpMethod.Delete, Path(name) + options?.ToQuery(), null, KubernetesJson.Default.JsonNode, cancel);

    /// <summary>Deletes an object; false when it was not there.</summary>
    public async Task<bool> TryDeleteAsync(string name, DeleteOptions? options = null, CancellationToken cancel = default)
    {
        try
        {
            await DeleteAsync(name, options, cancel);
            return true;
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            return false;
        }
    }

    /// <summary>Posts to a subresource, for example a TokenRequest to <c>serviceaccounts/NAME/token</c>.</summary>
    public async Task<TBody> CreateSubresourceAsync<TBody>(string name, string subresource, TBody body, ResourceType<TBody> bodyType, CancellationToken cancel = default)
        where TBody : class
    {
        ArgumentNullException.ThrowIfNull(bodyType);
        var content = KubernetesClient.JsonContent(JsonSerializer.Serialize(bodyType.Stamp(body), bodyType.Json));
        return await _client.SendJsonAsync(HttpMethod.Post, $"{Path(name)}/{subresource}", content, bodyType.Json, cancel);
    }

    /// <summary>
    /// One watch request: events in order until the server ends it. Give <see cref="ListOptions.ResourceVersion"/> of a list
    /// to miss nothing; use an <see cref="Informer{T}"/> for a cache that survives the end of watches.
    /// </summary>
    /// <exception cref="KubernetesException">With <see cref="KubernetesException.IsGone"/> when the version is too old: list again.</exception>
    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync(ListOptions? options = null, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        var query = new QueryBuilder().Add("watch", true).Add("allowWatchBookmarks", true);
        options?.AppendTo(query);
        // The head must come within the request timeout; the body has no end.
        using var head = _client.Limit(cancel);
        using var response = await _client.SendAsync(HttpMethod.Get, Collection() + query, null, head.Token, cancel, Type.Accept);
        head.CancelAfter(Timeout.InfiniteTimeSpan);
        await using var stream = await response.Content.ReadAsStreamAsync(cancel);
        var reader = new WatchReader<T>(stream, Type);
        while (await reader.ReadAsync(cancel) is { } item)
            yield return item;
    }

    internal string Path(string name, string? ns = null)
    {
        if (string.IsNullOrEmpty(name))
            throw new ArgumentException($"a {Type.Kind} needs a name", nameof(name));
        if (Type.Namespaced && (ns ?? Namespace) is null)
            throw new ArgumentException($"a {Type.Kind} is in a namespace: give one", nameof(ns));
        return $"{Collection(ns)}/{Uri.EscapeDataString(name)}";
    }

    private string Collection(string? ns = null)
    {
        var space = ns ?? Namespace;
        return Type.Namespaced && space is not null
            ? $"{Type.Gvr.BasePath}/namespaces/{Uri.EscapeDataString(space)}/{Type.Gvr.Resource}"
            : $"{Type.Gvr.BasePath}/{Type.Gvr.Resource}";
    }

    private string? NamespaceOf(T value) => Type.Namespaced ? Type.MetadataOf(value).Namespace ?? Namespace : null;

    private string NameOf(T value) => Type.MetadataOf(value).Name ?? "";

    private StringContent Body(T value) => KubernetesClient.JsonContent(JsonSerializer.Serialize(Type.Stamp(value), Type.Json));
}
