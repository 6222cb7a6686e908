using System.CommandLine;
using Linkerd.Api.Destination;
using Linkerd.Api.Services;
using Linkerd.Grpc;
using Linkerd.Grpc.AspNetCore;
using Linkerd.Kubernetes;

namespace Linkerd.Cli.Commands.Diagnostics;

/// <summary>Asks a destination controller what it tells proxies, through a port-forward to one of its pods.</summary>
internal sealed class DestinationClient : IDisposable
{
    private const int Port = 8086;

    private static readonly Method<GetDestination, Update> Get =
        Methods.ServerStreaming(DestinationApi.ServiceName, DestinationApi.Get, GetDestination.Parser, Update.Parser);

    private static readonly Method<GetDestination, DestinationProfile> GetProfile =
        Methods.ServerStreaming(DestinationApi.ServiceName, DestinationApi.GetProfile, GetDestination.Parser, DestinationProfile.Parser);

    private readonly GrpcChannel _channel;
    private readonly string _token;

    private DestinationClient(GrpcChannel channel, string token)
    {
        _channel = channel;
        _token = token;
    }

    /// <summary><c>--token</c>.</summary>
    public static Option<string> TokenOption { get; } = new("--token") { Description = "The context token to use when making requests to the destination API", DefaultValueFactory = _ => "" };

    public static Task<DestinationClient> ConnectAsync(ParseResult arguments, KubernetesClient client, CancellationToken cancellationToken) =>
        ConnectAsync(arguments, client, arguments.GetValue(TokenOption)!, cancellationToken);

    public static async Task<DestinationClient> ConnectAsync(ParseResult arguments, KubernetesClient client, string token, CancellationToken cancellationToken)
    {
        var channel = await ControllerChannel.ToDestinationAsync(arguments, client, Port, cancellationToken);
        return new DestinationClient(channel, token);
    }

    public Task<Update> FirstUpdateAsync(string path, CancellationToken cancellationToken) => FirstAsync(Get, path, cancellationToken);

    public Task<DestinationProfile> FirstProfileAsync(string path, CancellationToken cancellationToken) => FirstAsync(GetProfile, path, cancellationToken);

    public void Dispose() => _channel.Dispose();

    private async Task<T> FirstAsync<T>(Method<GetDestination, T> method, string path, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            using var call = _channel.AsyncServerStreamingCall(method, ControllerChannel.Options(cancellationToken), new GetDestination { Scheme = "http:", Path = path, ContextToken = _token });
            return await call.ResponseStream.MoveNext(cancellationToken)
                ? call.ResponseStream.Current
                : throw new CliException($"Destination API error: the stream for {path} ended without an answer");
        }
        catch (RpcException e)
        {
            throw new CliException($"Destination API error: {e.Status.StatusCode}: {e.Status.Detail}", e);
        }
    }
}
