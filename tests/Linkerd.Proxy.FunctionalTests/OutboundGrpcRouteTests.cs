using Linkerd.Api.GrpcRoute;
using Linkerd.Grpc;
using Linkerd.Grpc.AspNetCore;
using Linkerd.Grpc.AspNetCore.Tests;
using Linkerd.Proxy.FunctionalTests.Kit;
using Linkerd.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using GrpcRoute = Linkerd.Api.Outbound.GrpcRoute;
using Ratio = Linkerd.Api.HttpRoute.Ratio;

namespace Linkerd.Proxy.FunctionalTests;

/// <summary>What gRPC routes of outbound policy do to calls.</summary>
public sealed class OutboundGrpcRouteTests
{
    private const string Address = "10.96.0.50";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [Proves("6.11 policy retries", "6.12 grpc")]
    public async Task Calls_that_fail_are_tried_again_wherever_the_status_stands(int workers)
    {
        await using var mesh = await MeshFixture.StartAsync();
        var client = await ServeFlakyAsync(mesh, workers);
        Set(mesh, Rule("Flaky", r => r.Retry = new GrpcRoute.Types.Retry
        {
            MaxRetries = 8,
            MaxRequestBytes = 64 * 1024,
            Conditions = new() { Unavailable = true },
            Backoff = new() { MinBackoff = OutboundPolicies.Milliseconds(1), MaxBackoff = OutboundPolicies.Milliseconds(2), JitterRatio = 1 },
        }));

        int ok = await CallAsync(client, "Flaky", 300);
        Assert.True(ok > 297, $"{ok}\n{mesh.Logs()}");
        await client.Proxy!.WhenMetricsAsync(
            m => m.Sum("outbound_grpc_route_request_statuses_total", "parent_name=\"grpc\"", "route_kind=\"GRPCRoute\"", "grpc_status=\"OK\"", "error=\"\"") == ok
                && m.Sum("outbound_grpc_route_backend_response_statuses_total", "backend_name=\"grpc\"", "grpc_status=\"UNAVAILABLE\"") == m.Sum("outbound_grpc_route_retry_requests_total") + (300 - ok)
                && m.Sum("outbound_grpc_route_retry_requests_total") > 100,
            "the retries");
    }

    [Fact]
    [Proves("6.8 grpc failure")]
    public async Task Faults_are_injected_as_codes_and_routes_match_by_method()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var client = await ServeFlakyAsync(mesh, 1);
        Set(mesh, Rule("Fine", r => r.Filters.Add(new GrpcRoute.Types.Filter
        {
            FailureInjector = new GrpcFailureInjector { Code = 8, Message = "chaos", Ratio = new Ratio { Numerator = 30, Denominator = 100 } },
        })));

        Assert.InRange(await CallAsync(client, "Fine", 200), 138, 142);
        using var channel = Channel(client);
        using var other = channel.AsyncUnaryCall(Method("Other"), Echo.Bounded(), []);
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(() => other.ResponseAsync)).StatusCode);
    }

    private static async Task<int> CallAsync(Pod client, string method, int count)
    {
        int ok = 0;
        int left = count;
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            using var channel = Channel(client);
            while (Interlocked.Decrement(ref left) >= 0)
            {
                using var call = channel.AsyncUnaryCall(Method(method), Echo.Bounded(), Echo.Bytes("hello"));
                try
                {
                    Assert.Equal("hello", Echo.Text(await call));
                    Interlocked.Increment(ref ok);
                }
                catch (RpcException)
                {
                    // Counted by what is missing.
                }
            }
        }));
        return ok;
    }

    private static GrpcChannel Channel(Pod client) => GrpcChannel.ForAddress($"http://{Address}:8080", new GrpcChannelOptions { HttpHandler = client.Namespace.HttpHandler() });

    private static Method<byte[], byte[]> Method(string name) => new(MethodType.Unary, "test.Flaky", name, Marshallers.Bytes, Marshallers.Bytes);

    private static GrpcRoute Rule(string method, Action<GrpcRoute.Types.Rule> change)
    {
        var rule = new GrpcRoute.Types.Rule
        {
            Matches = { new GrpcRouteMatch { Rpc = new() { Service = "test.Flaky", Method = method } } },
            Backends = new() { FirstAvailable = new() { Backends = { new GrpcRoute.Types.RouteBackend { Backend = OutboundPolicies.Backend("grpc", 8080) } } } },
        };
        change(rule);
        return new GrpcRoute { Metadata = OutboundPolicies.Named("gateway.networking.k8s.io", "GRPCRoute", method), Rules = { rule } };
    }

    private static void Set(MeshFixture mesh, GrpcRoute route) => mesh.Control.Policy.Outbound.Set($"{Address}:8080", OutboundPolicies.Grpc("grpc", 8080, route));

    private static async Task<Pod> ServeFlakyAsync(MeshFixture mesh, int workers)
    {
        var server = mesh.AddPod("server");
        var client = await mesh.AddMeshedPodAsync("client", ("CORES", $"{workers}"));
        int seen = 0;
        mesh.Own(await AppServer.StartAsync(server, 8080, HttpProtocols.Http2, answer: async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            int number = Interlocked.Increment(ref seen);
            context.Response.ContentType = "application/grpc";
            bool fails = context.Request.Path == "/test.Flaky/Flaky" && Random.Shared.Next(2) == 0;
            if (fails && number % 2 == 0)
            {
                // Trailers only: the status stands in the head.
                context.Response.Headers["grpc-status"] = "14";
                return;
            }

            // A head first, then either a message or nothing but trailers.
            await context.Response.StartAsync();
            if (!fails) await context.Response.Body.WriteAsync(body.ToArray());
            context.Response.AppendTrailer("grpc-status", fails ? "14" : "0");
        }));
        mesh.AddService("grpc", Address, 8080, [MeshFixture.Endpoint(server, 8080)]);
        return client;
    }
}
