using System.Net;
using System.Text;
using Microsoft.AspNetCore.Routing;

namespace Linkerd.Grpc.AspNetCore.Tests;

/// <summary>A service with one method of each kind, whose messages are plain octets.</summary>
internal static class Echo
{
    public static readonly Method<byte[], byte[]> Unary = Make(MethodType.Unary, "Unary");
    public static readonly Method<byte[], byte[]> Collect = Make(MethodType.ClientStreaming, "Collect");
    public static readonly Method<byte[], byte[]> Repeat = Make(MethodType.ServerStreaming, "Repeat");
    public static readonly Method<byte[], byte[]> Chat = Make(MethodType.DuplexStreaming, "Chat");

    public static Method<byte[], byte[]> Make(MethodType type, string name) => new(type, "test.Echo", name, Marshallers.Bytes, Marshallers.Bytes);

    public static Task<GrpcServer> StartAsync(Action<IEndpointRouteBuilder>? map = null, GrpcServerOptions? options = null) => GrpcServer.StartAsync(
        new GrpcServerSettings { EndPoint = new IPEndPoint(IPAddress.Loopback, 0), ShutdownTimeout = TimeSpan.FromSeconds(1) },
        endpoints =>
        {
            if (map is null)
                Map(endpoints, options);
            else
                map(endpoints);
        },
        TestContext.Current.CancellationToken);

    public static GrpcChannel Channel(GrpcServer server, GrpcChannelOptions? options = null) => GrpcChannel.ForAddress($"http://{server.EndPoint}", options);

    public static CallOptions Bounded(TimeSpan? timeout = null, Metadata? headers = null) => new(headers, timeout ?? TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    public static void Map(IEndpointRouteBuilder endpoints, GrpcServerOptions? options)
    {
        endpoints.MapUnary(Unary, async (request, context) =>
        {
            var command = Text(request);
            if (command == "fail")
                throw new RpcException(new Status(StatusCode.FailedPrecondition, "nö, 100 %"), new Metadata { { "reason-bin", [0, 255, 7] } });
            if (command == "crash")
                throw new InvalidOperationException("secret");
            if (command == "hang")
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
            if (command == "headers")
            {
                await context.WriteResponseHeadersAsync(new Metadata { { "initial", context.RequestHeaders.GetValue("ask")! } });
                context.ResponseTrailers.Add("trailing-bin", context.RequestHeaders.GetValueBytes("ask-bin")!);
            }

            return request;
        }, options);
        endpoints.MapClientStreaming(Collect, async (requests, context) =>
        {
            var total = 0;
            await foreach (var request in requests.ReadAllAsync(context.CancellationToken))
                total += request.Length;
            return Bytes(total.ToString());
        }, options);
        endpoints.MapServerStreaming(Repeat, async (request, responses, context) =>
        {
            for (var i = 0; i < int.Parse(Text(request)); i++)
                await responses.WriteAsync(Bytes(i.ToString()));
        }, options);
        endpoints.MapDuplexStreaming(Chat, async (requests, responses, context) =>
        {
            await foreach (var request in requests.ReadAllAsync(context.CancellationToken))
                await responses.WriteAsync(request);
        }, options);
    }
}
