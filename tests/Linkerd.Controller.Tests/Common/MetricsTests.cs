using System.Net;
using Google.Protobuf.WellKnownTypes;
using Linkerd.Controller.Common.Kubernetes;
using Linkerd.Grpc;
using Linkerd.Grpc.AspNetCore;
using Linkerd.Kubernetes;

namespace Linkerd.Controller.Tests.Common;

public sealed class MetricsTests
{
    private static readonly Method<StringValue, StringValue> s_echo = Methods.Unary("test.Service", "Echo", StringValue.Parser, StringValue.Parser);
    private static readonly Method<StringValue, StringValue> s_repeat = Methods.ServerStreaming("test.Service", "Repeat", StringValue.Parser, StringValue.Parser);

    [Fact]
    public void Informers_tell_their_lag_under_the_names_of_the_original()
    {
        var registry = new MetricRegistry();
        var metrics = new InformerMetrics(registry);
        metrics.Declare("pods", "externalworkloads");
        metrics.Seen(new GroupVersionResource("workload.linkerd.io", "v1beta1", "externalworkloads"), TimeSpan.FromSeconds(3));
        var text = registry.Expose();
        Assert.Contains("pods_informer_lag_seconds_count 0\n", text, StringComparison.Ordinal);
        Assert.Contains("externalworkload_informer_lag_seconds_sum 3\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_grpc_server_counts_under_the_names_of_grpc_prometheus()
    {
        var registry = new MetricRegistry();
        var settings = new GrpcServerSettings { EndPoint = new IPEndPoint(IPAddress.Loopback, 0), Observer = new GrpcServerMetrics(registry) };
        await using (var server = await GrpcServer.StartAsync(settings, static endpoints =>
        {
            endpoints.MapUnary(s_echo, static (request, _) => request.Value == "no"
                ? throw new RpcException(new Status(StatusCode.NotFound, "no"))
                : Task.FromResult(request));
            endpoints.MapServerStreaming(s_repeat, static async (request, stream, _) =>
            {
                for (var i = 0; i < 3; i++)
                    await stream.WriteAsync(request);
            });
        }, TestContext.Current.CancellationToken))
        {
            using var channel = GrpcChannel.ForAddress($"http://{server.EndPoint}", new GrpcChannelOptions());
            await channel.AsyncUnaryCall(s_echo, default, new StringValue { Value = "yes" }).ResponseAsync;
            await Assert.ThrowsAsync<RpcException>(() => channel.AsyncUnaryCall(s_echo, default, new StringValue { Value = "no" }).ResponseAsync);
            using var call = channel.AsyncServerStreamingCall(s_repeat, default, new StringValue());
            while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
            {
            }
        }

        const string Echo = "grpc_type=\"unary\",grpc_service=\"test.Service\",grpc_method=\"Echo\"";
        const string Repeat = "grpc_type=\"server_stream\",grpc_service=\"test.Service\",grpc_method=\"Repeat\"";
        var lines = registry.Expose().Split('\n');
        Assert.Contains($"grpc_server_started_total{{{Echo}}} 2", lines);
        Assert.Contains($"grpc_server_handled_total{{{Echo},grpc_code=\"OK\"}} 1", lines);
        Assert.Contains($"grpc_server_handled_total{{{Echo},grpc_code=\"NotFound\"}} 1", lines);
        Assert.Contains($"grpc_server_handled_total{{{Echo},grpc_code=\"Canceled\"}} 0", lines);
        Assert.Contains($"grpc_server_msg_received_total{{{Echo}}} 2", lines);
        Assert.Contains($"grpc_server_msg_sent_total{{{Echo}}} 1", lines);
        Assert.Contains($"grpc_server_msg_sent_total{{{Repeat}}} 3", lines);
        Assert.Contains($"grpc_server_handling_seconds_count{{{Repeat}}} 1", lines);
    }

    [Fact]
    public void A_histogram_is_cumulative()
    {
        var registry = new MetricRegistry();
        var family = registry.Histogram("h", "Help.", [1, 2.5], "a");
        foreach (var value in (double[])[1, 2, 3, 4])
            family.With("x\"y").Observe(value);

        Assert.Equal(
            """
            # HELP h Help.
            # TYPE h histogram
            h_bucket{a="x\"y",le="1"} 1
            h_bucket{a="x\"y",le="2.5"} 2
            h_bucket{a="x\"y",le="+Inf"} 4
            h_sum{a="x\"y"} 10
            h_count{a="x\"y"} 4

            """,
            registry.Expose());
    }
}
