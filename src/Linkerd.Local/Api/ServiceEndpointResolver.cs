using System.Net;

namespace Linkerd.Local.Api;

/// <summary>
/// Says where a Service's port can be reached right now from this process: the address of a ready endpoint, or null when there is none.
/// The API server uses it for admission webhooks and aggregated APIs.
/// </summary>
public delegate ValueTask<IPEndPoint?> ServiceEndpointResolver(string serviceNamespace, string serviceName, int port, CancellationToken cancellation);
