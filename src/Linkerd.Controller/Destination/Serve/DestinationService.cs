using Linkerd.Api.Services;
using Linkerd.Controller.Destination.Core;
using Linkerd.Controller.Destination.Index;
using Linkerd.Grpc;
using Linkerd.Grpc.AspNetCore;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Proto = Linkerd.Api.Destination;

namespace Linkerd.Controller.Destination.Serve;

/// <summary>The Destination API over an index.</summary>
internal sealed partial class DestinationService(DestinationIndex index, DestinationSettings settings, EndpointMessages messages, DestinationMetrics metrics, ILogger log)
{
    private static readonly Method<Proto.GetDestination, Proto.Update> s_get =
        Methods.ServerStreaming(DestinationApi.ServiceName, DestinationApi.Get, Proto.GetDestination.Parser, Proto.Update.Parser);

    private static readonly Method<Proto.GetDestination, Proto.DestinationProfile> s_getProfile =
        Methods.ServerStreaming(DestinationApi.ServiceName, DestinationApi.GetProfile, Proto.GetDestination.Parser, Proto.DestinationProfile.Parser);

    /// <summary>Maps the API to a server.</summary>
    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapServerStreaming(s_get, GetAsync);
        endpoints.MapServerStreaming(s_getProfile, GetProfileAsync);
    }

    /// <summary>Streams the endpoints of a Service's port: what is new or changed, and what is gone.</summary>
    public async Task GetAsync(Proto.GetDestination request, IServerStreamWriter<Proto.Update> stream, ServerCallContext call)
    {
        var (authority, port) = ParseName(request.Path);
        var client = ContextToken.Parse(request.ContextToken);
        var service = authority.Service;
        var mailbox = new Mailbox<EndpointSet>(metrics.EndpointOverflow(service));
        using var subscription = index.Subscribe(service, port, mailbox.Offer, out var fault) ?? throw Refused(fault, request.Path, service);
        using var counted = metrics.CountEndpoints(service, port, authority.Instance);
        Opened(log, "Get", request.Path, client.Namespace, client.Pod);
        var diff = new EndpointDiff();
        await StreamLoop.RunAsync(mailbox, call, async set =>
        {
            var zone = client.NodeName.Length == 0 ? "" : index.ZoneOf(client.NodeName);
            var filter = new EndpointFilter(authority.Instance, client.NodeName, zone, settings.EnableIpv6);
            var (add, remove) = diff.Next(filter.Apply(set));
            if (add.Count > 0)
                await stream.WriteAsync(messages.Add(service, add, zone), call.CancellationToken);
            if (remove.Count > 0)
                await stream.WriteAsync(EndpointMessages.Remove(remove), call.CancellationToken);
        });
    }

    /// <summary>Streams the profile of a name or an address.</summary>
    public async Task GetProfileAsync(Proto.GetDestination request, IServerStreamWriter<Proto.DestinationProfile> stream, ServerCallContext call)
    {
        var client = ContextToken.Parse(request.ContextToken);
        var target = ProfileTargetOf(request.Path, out var name) with { ClientNamespace = client.Namespace };
        var mailbox = new Mailbox<Profile>(metrics.ProfileOverflow(target));
        using var subscription = index.Subscribe(target, mailbox.Offer, out var fault) ?? throw Refused(fault, request.Path, name);
        using var counted = metrics.CountProfile(target);
        Opened(log, "GetProfile", request.Path, client.Namespace, client.Pod);
        await StreamLoop.RunAsync(mailbox, call, profile =>
        {
            var zone = client.NodeName.Length == 0 ? "" : index.ZoneOf(client.NodeName);
            metrics.ProfileSent(target);
            return stream.WriteAsync(messages.Profile(profile, zone), call.CancellationToken);
        });
    }

    private (ServiceAuthority Authority, int Port) ParseName(string path)
    {
        var target = Target.Parse(path) ?? throw Invalid(path);
        if (target.Ip is not null)
            throw new RpcException(new Status(StatusCode.InvalidArgument, "IP queries not supported by Get API: host=" + target.Host));
        return (ServiceAuthority.Parse(target.Host, settings.ClusterDomain) ?? throw Invalid(path), target.Port);
    }

    private ProfileTarget ProfileTargetOf(string path, out ServiceName name)
    {
        var target = Target.Parse(path) ?? throw Invalid(path);
        name = default;
        if (target.Ip is { } ip)
            return new ProfileTarget.ByAddress(ip, target.Port);
        var authority = ServiceAuthority.Parse(target.Host, settings.ClusterDomain) ?? throw Invalid(path);
        name = authority.Service;
        return authority.Instance is { } instance
            ? new ProfileTarget.ByInstance(name, instance, target.Port)
            : new ProfileTarget.ByService(name, target.Port);
    }

    private static RpcException Invalid(string path) => new(new Status(StatusCode.InvalidArgument, "Invalid authority: " + path));

    private static RpcException Refused(SubscribeFault fault, string path, ServiceName service) => fault switch
    {
        SubscribeFault.NotFound => new RpcException(new Status(StatusCode.NotFound, $"Service {service} not found")),
        SubscribeFault.ExternalName => Invalid(path),
        SubscribeFault.AmbiguousAddress => new RpcException(new Status(StatusCode.FailedPrecondition, $"several Services or ExternalWorkloads have the address of {path}")),
        _ => new RpcException(new Status(StatusCode.ResourceExhausted, $"more than {DestinationIndex.MaxSubscriptions} streams are open")),
    };

    [LoggerMessage(10, LogLevel.Debug, "{Method} {Path} for {ClientPod}.{ClientNamespace}")]
    private static partial void Opened(ILogger log, string method, string path, string clientNamespace, string clientPod);
}
