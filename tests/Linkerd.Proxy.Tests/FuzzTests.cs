using System.Text;
using Google.Protobuf;
using Linkerd.Api.Mapping;
using Linkerd.Model;
using Linkerd.Proxy.Config;
using Linkerd.Proxy.Detect;
using Linkerd.Routing;
using Linkerd.Testing;
using WireDestination = Linkerd.Api.Destination;
using WireInbound = Linkerd.Api.Inbound;
using WireOutbound = Linkerd.Api.Outbound;

namespace Linkerd.Proxy.Tests;

/// <summary>
/// Mutations of the corpus: only the exceptions that callers expect, and only results that hold together. <c>make fuzz</c> gives each
/// target <c>FUZZ_SECONDS</c>.
/// </summary>
public sealed class FuzzTests
{
    [Fact]
    public void Transport_headers() => Fuzzer.Run("transport-header", 10_000, static (input, random) =>
    {
        HeaderDecoding whole = TransportHeaderCodec.Decode(input, out TransportHeader? header, out int consumed, out string? error);
        Assert.InRange(consumed, 0, input.Length);
        Assert.Equal(whole == HeaderDecoding.Malformed, error is not null);
        Assert.Equal(whole == HeaderDecoding.Complete, header is not null);
        if (header is not null)
        {
            Assert.InRange(header.Port, 1, 65535);
            byte[] again = TransportHeaderCodec.Encode(header);
            Assert.Equal(HeaderDecoding.Complete, TransportHeaderCodec.Decode(again, out TransportHeader? same, out int all, out _));
            Assert.Equal((header, again.Length), (same, all));
        }

        for (int length = 0; length < input.Length; length += 1 + random.Next(20))
        {
            HeaderDecoding part = TransportHeaderCodec.Decode(input.AsSpan(0, length), out TransportHeader? early, out _, out _);
            if (part == HeaderDecoding.NeedMore) continue;
            Assert.Equal((whole, header), (part, early));
        }
    });

    [Fact]
    public void Endpoints_of_the_control_plane()
    {
        EndpointSet set = EndpointSet.Empty;
        Map("control-destination", WireDestination.Update.Parser, update =>
        {
            if (Endpoints.ToModel(update) is { } change) set = set.Apply(change);
            if (set.Endpoints.Count > 1000) set = EndpointSet.Empty;
        });
    }

    [Fact]
    public void Profiles_of_the_control_plane() => Map("control-profile", WireDestination.DestinationProfile.Parser, static profile => Profiles.ToModel(profile));

    [Fact]
    public void Outbound_policies_of_the_control_plane() => Map("control-outbound", WireOutbound.OutboundPolicy.Parser, static message =>
    {
        ClientPolicy policy = ClientPolicies.ToModel(message);
        foreach (HttpPolicy? http in new[] { policy.Http1, policy.Http2 })
        {
            foreach (OutboundRule<HttpRouteMatch> rule in (http?.Routes ?? []).SelectMany(static r => r.Rules))
                _ = rule.Matches.Select(static m => new RequestMatcher(m)).ToArray();
        }

        foreach (OutboundRule<GrpcRouteMatch> rule in (policy.Grpc?.Routes ?? []).SelectMany(static r => r.Rules))
            _ = rule.Matches.Select(static m => new RequestMatcher(m)).ToArray();
    });

    [Fact]
    public void Inbound_policies_of_the_control_plane() => Map("control-inbound", WireInbound.Server.Parser, static server => ServerPolicies.ToModel(server));

    [Fact]
    public void The_environment() => Fuzzer.Run("environment", 1_000, static (input, _) =>
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string line in Encoding.UTF8.GetString(input).Split('\n'))
        {
            string[] parts = line.Split('=', 2);
            if (parts.Length == 2) variables[parts[0]] = parts[1];
        }

        try
        {
            ProxyConfig config = ConfigLoader.Load(variables.GetValueOrDefault, processors: 4);
            Assert.InRange(config.Workers, 1, 4);
        }
        catch (ConfigException exception)
        {
            // Every fault names its variable.
            Assert.NotEmpty(exception.Faults);
            Assert.All(exception.Faults, static fault => Assert.Contains("_", fault, StringComparison.Ordinal));
        }
    });

    private static void Map<T>(string target, MessageParser<T> parser, Action<T> map)
        where T : IMessage<T>
        => Fuzzer.Run(target, 10_000, (input, _) =>
        {
            try
            {
                map(parser.ParseFrom(input));
            }
            catch (Exception exception) when (exception is InvalidProtocolBufferException or WireException)
            {
                // What the streams of the control plane report and outlive.
            }
        });
}
