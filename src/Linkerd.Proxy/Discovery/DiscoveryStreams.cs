using Linkerd.Api.Destination;
using Linkerd.Api.Inbound;
using Linkerd.Api.Mapping;
using Linkerd.Api.Outbound;
using Linkerd.Api.Services;
using Linkerd.Grpc;
using Linkerd.Model;
using Linkerd.Proxy.Config;
using Linkerd.Proxy.Control;
using Linkerd.Proxy.Inbound;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Discovery;

/// <summary>
/// The streams of destination and policy, each kept up with backoff until cancelled. While one reconnects its last value stays in force; a new
/// stream's first message replaces it.
/// </summary>
public sealed class DiscoveryStreams(ProxyConfig config, ControlClient destination, ControlClient policy, Logger log)
{
    /// <summary>Watches the endpoints of <c>host:port</c>.</summary>
    public Task EndpointsAsync(string path, Action<EndpointSet> publish, CancellationToken cancellation) => KeepUpAsync(async started =>
    {
        EndpointSet set = EndpointSet.Empty;
        var request = new GetDestination { Scheme = "k8s", Path = path, ContextToken = config.DestinationContext };
        Status status = await destination.StreamAsync(DestinationApi.GetPath, request, Update.Parser, message =>
        {
            started();
            if (Endpoints.ToModel(message) is not { } update) return;
            set = set.Apply(update);
            publish(set);
        }, config.ControlStreams, cancellation);
        if (status.StatusCode is StatusCode.NotFound or StatusCode.InvalidArgument) publish(EndpointSet.Empty.Apply(new EndpointUpdate.Empty(Exists: false)));
        return status;
    }, destination, $"destination {path}", cancellation);

    /// <summary>
    /// Watches profile and policy of a destination; publishes when both have answered, or when there is a policy and the profile has taken its time.
    /// Where the control plane has no policy, the profile alone says who is there: without either nothing is known, and nothing published.
    /// </summary>
    public async Task OutboundAsync(OutboundDestination target, Action<OutboundInfo> publish, CancellationToken cancellation)
    {
        Profile? profile = null;
        ClientPolicy? found = null;
        bool policyAnswered = false;
        bool timedOut = false;
        void Tell()
        {
            if (policyAnswered && (profile is not null || (timedOut && found is not null))) publish(new OutboundInfo(profile ?? Profile.Default, found));
        }

        if (!HasProfile(target)) profile = Profile.Default;
        Task profiles = profile is not null ? Task.CompletedTask : ProfileAsync(target, value => { profile = value; Tell(); }, cancellation);
        Task policies = ClientPolicyAsync(target, value => { (found, policyAnswered) = (value, true); Tell(); }, cancellation);
        await LoopDelay.WaitAsync(destination.Loop, config.Outbound.ProfileTimeout, cancellation);
        timedOut = true;
        if (profile is null) Tell();
        await Task.WhenAll(profiles, policies);
    }

    /// <summary>
    /// Watches the policy of an inbound port. An answer that the port is not known leaves the default in force; one that makes no sense becomes a
    /// policy that refuses everything, until a better one comes.
    /// </summary>
    public Task InboundAsync(int port, Action<InboundPolicy> publish, CancellationToken cancellation)
    {
        InboundPolicy? current = null;
        return KeepUpAsync(async started =>
        {
            var request = new PortSpec { Workload = config.PolicyWorkload, Port = (uint)port };
            return await policy.StreamAsync(InboundApi.WatchPortPath, request, Server.Parser, message =>
            {
                started();
                current = Compile(message, port, current);
                publish(current);
            }, config.ControlStreams with { Idle = null }, cancellation);
        }, policy, $"policy of port {port}", cancellation, static status => status is StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.Unimplemented);
    }

    private InboundPolicy Compile(Server message, int port, InboundPolicy? current)
    {
        ServerPolicy model;
        try
        {
            model = ServerPolicies.ToModel(message);
        }
        catch (WireException exception)
        {
            model = ServerPolicy.Invalid(exception.Message, config.Inbound.DetectTimeout);
        }

        InboundPolicy compiled = InboundPolicy.Compile(model, current);
        if (!compiled.Fault.IsNone) log.Log(LogLevel.Warn, $"policy of port {port}: {compiled.Fault.Message}: requests are answered with 500, connections closed", "control");
        return compiled;
    }

    private bool HasProfile(OutboundDestination target) => target.IsNamed
        ? NameSuffixes.Contain(config.Outbound.ProfileSuffixes, target.Name.Host) || NameSuffixes.Contain(config.Inbound.GatewaySuffixes, target.Name.Host)
        : config.Outbound.ProfileNetworks.Count == 0 || config.Outbound.ProfileNetworks.Any(n => n.Contains(target.Address.ToIPAddress()));

    /// <summary>Watches the service profile of a destination; one that the control plane does not know has the default profile.</summary>
    public Task ProfileAsync(OutboundDestination target, Action<Profile> publish, CancellationToken cancellation) => KeepUpAsync(async started =>
    {
        var request = new GetDestination { Scheme = "k8s", Path = target.ToString(), ContextToken = config.DestinationContext };
        Status status = await destination.StreamAsync(DestinationApi.GetProfilePath, request, DestinationProfile.Parser, message =>
        {
            started();
            publish(Profiles.ToModel(message));
        }, config.ControlStreams with { Idle = null }, cancellation);
        if (status.StatusCode is StatusCode.NotFound or StatusCode.InvalidArgument) publish(Profile.Default);
        return status;
    }, destination, $"profile {target}", cancellation, static status => status is StatusCode.InvalidArgument);

    private Task ClientPolicyAsync(OutboundDestination target, Action<ClientPolicy?> publish, CancellationToken cancellation) => KeepUpAsync(async started =>
    {
        var request = new TrafficSpec { SourceWorkload = config.PolicyWorkload };
        if (target.IsNamed) request.Authority = target.ToString();
        else request.Addr = Addresses.ToWire(target.Address.ToIPEndPoint());
        Status status = await policy.StreamAsync(OutboundApi.WatchPath, request, OutboundPolicy.Parser, message =>
        {
            started();
            publish(ClientPolicies.ToModel(message));
        }, config.ControlStreams with { Idle = null }, cancellation);
        if (status.StatusCode is StatusCode.NotFound or StatusCode.InvalidArgument or StatusCode.Unimplemented) publish(null);
        return status;
    }, policy, $"policy {target}", cancellation, static status => status is StatusCode.InvalidArgument or StatusCode.Unimplemented or StatusCode.NotFound);

    private async Task KeepUpAsync(Func<Action, Task<Status>> run, ControlClient client, string what, CancellationToken cancellation, Func<StatusCode, bool>? isFinal = null)
    {
        int attempt = 0;
        while (!cancellation.IsCancellationRequested)
        {
            Status status;
            long began = client.Loop.Now;
            try
            {
                status = await run(() => attempt = 0);
            }
            catch (WireException exception)
            {
                status = new Status(StatusCode.Internal, exception.Message);
            }

            if (cancellation.IsCancellationRequested) return;
            if (isFinal?.Invoke(status.StatusCode) == true)
            {
                if (status.StatusCode is StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.Unimplemented)
                    log.Log(LogLevel.Warn, $"{what}: {status.StatusCode}: {status.Detail}: not asked for again", "control");
                return;
            }

            if (status.StatusCode is not (StatusCode.OK or StatusCode.NotFound)) log.Log(LogLevel.Warn, $"{what}: {status.StatusCode}: {status.Detail}", "control");
            if (client.HasRecoveredSince(began)) attempt = 0;
            await client.BackOffAsync(Model.ExponentialBackoff.ControlDefault.Delay(attempt++, Random.Shared.NextDouble()), cancellation);
        }
    }
}
