using System.Text.Json.Nodes;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Api;

/// <summary>Sends a request for a resource to the operation that serves it.</summary>
internal sealed class ResourceDispatcher
{
    private readonly ApiCore _core;
    private readonly ReadOperations _read;
    private readonly WriteOperations _write;
    private readonly PatchOperation _patch;
    private readonly DeleteOperations _delete;
    private readonly WatchOperation _watch;
    private readonly ScaleOperation _scale;
    private readonly Subresources _subresources;

    public ResourceDispatcher(ApiCore core)
    {
        _core = core;
        _read = new ReadOperations(core);
        _write = new WriteOperations(core, _read);
        _patch = new PatchOperation(_read, _write, new ApplyOperation(core, _read, _write));
        _delete = new DeleteOperations(core, _read);
        _watch = new WatchOperation(core);
        _scale = new ScaleOperation(_read, _write);
        _subresources = new Subresources(core, _read, _write, _delete);
    }

    public async Task HandleAsync(ApiRequest request)
    {
        var path = request.Path;
        if (_core.Registry.Find(path.Group, path.Resource) is not { } resource || resource.Version(path.Version) is not { } version)
        {
            if (await _core.Aggregation.TryProxyAsync(request)) return;
            await ResponseWriter.WriteTextAsync(request, 404, "404 page not found\n");
            return;
        }
        request.Resource = resource;
        request.Version = version;
        if (version.Deprecated) request.Warn(version.DeprecationWarning ?? $"{resource.ApiVersion(version.Name)} {resource.Kind} is deprecated");
        if (!resource.Namespaced && path.Namespace.Length > 0 && resource is not { Group: "", Plural: "namespaces" }) throw ApiException.NoSuchPath();
        if (path.Subresource.Length > 0) await SubresourceAsync(request);
        else if (resource.Virtual) await _subresources.VirtualAsync(request);
        else await MainAsync(request);
    }

    private Task MainAsync(ApiRequest request) => request.Path.Verb switch
    {
        "get" => _read.GetAsync(request),
        "list" => _read.ListAsync(request),
        "watch" => _watch.RunAsync(request),
        "create" when request.Name.Length == 0 => _write.CreateAsync(request),
        "update" when request.Name.Length > 0 => _write.ReplaceAsync(request, ""),
        "patch" when request.Name.Length > 0 => _patch.RunAsync(request, ""),
        "delete" => _delete.DeleteAsync(request),
        "deletecollection" when request.Resource.Verbs.Contains("deletecollection") => _delete.DeleteCollectionAsync(request),
        _ => throw ApiException.MethodNotAllowed(),
    };

    private Task SubresourceAsync(ApiRequest request)
    {
        if (request.Path.Subresource == "scale" && request.Version.Scale is { } paths) return _scale.RunAsync(request, paths);
        if (request.Path.Subresource != "status" || !request.Version.HasStatus) return _subresources.HandleAsync(request);
        return request.Path.Verb switch
        {
            "get" => _read.GetAsync(request),
            "update" => _write.ReplaceAsync(request, "status"),
            "patch" => _patch.RunAsync(request, "status"),
            _ => throw ApiException.MethodNotAllowed(),
        };
    }
}
