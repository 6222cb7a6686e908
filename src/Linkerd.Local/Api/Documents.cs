namespace Linkerd.Local.Api;

/// <summary>Documents beside discovery: OpenAPI, the list of paths, keys for tokens.</summary>
internal sealed class Documents(ApiCore core)
{
    public Task<bool> TryHandleAsync(ApiRequest request)
    {
        _ = core;
        _ = request;
        return Task.FromResult(false);
    }
}
