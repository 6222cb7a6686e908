using System.IO.Compression;
using System.Net;
using Linkerd.Grpc.Protocol;

namespace Linkerd.Grpc.AspNetCore.Tests;

/// <summary>What only a peer that is not ours would send.</summary>
public sealed class RawRequestTests
{
    [Fact]
    public async Task Another_content_type_is_415()
    {
        var (response, _) = await SendAsync([], type: "application/json");
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Fact]
    public async Task A_subtype_is_taken()
    {
        var (_, status) = await SendAsync(MessageFrame.ToArray([1], Marshallers.Bytes), type: "application/grpc+proto");
        Assert.Equal("0", status);
    }

    [Fact]
    public async Task An_unknown_encoding_is_Unimplemented()
    {
        var (response, status) = await SendAsync([], ("grpc-encoding", "br"));
        Assert.Equal("12", status);
        Assert.Contains("gzip", response.Headers.GetValues("grpc-accept-encoding").Single());
    }

    [Fact]
    public async Task A_gzip_message_is_read()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(new byte[100_000]);
        var frame = MessageFrame.ToArray(packed.ToArray(), Marshallers.Bytes);
        frame[0] = 1;
        var (response, status) = await SendAsync(frame, ("grpc-encoding", "gzip"));
        Assert.Equal("0", status);
        Assert.Equal(100_005, (await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Length);
    }

    [Fact]
    public async Task A_malformed_timeout_is_Internal()
    {
        var (response, status) = await SendAsync([], ("grpc-timeout", "1x"));
        Assert.Equal("13", status);
        Assert.Contains("1x", response.Headers.GetValues("grpc-message").Single());
    }

    [Fact]
    public async Task A_body_without_a_message_is_Internal()
    {
        var (_, status) = await SendAsync([]);
        Assert.Equal("13", status);
    }

    [Fact]
    public async Task A_truncated_message_is_Internal()
    {
        var (response, status) = await SendAsync([0, 0, 0, 0, 9, 1, 2]);
        Assert.Equal("13", status);
        Assert.Equal("the request ended inside a message", response.Headers.GetValues("grpc-message").Single());
    }

    [Fact]
    public async Task Another_path_without_grpc_is_404()
    {
        var (response, _) = await SendAsync([], type: "text/plain", path: "/elsewhere");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private static Task<(HttpResponseMessage Response, string? Status)> SendAsync(byte[] body, (string Name, string Value) header)
        => SendAsync(body, headers: [header]);

    private static async Task<(HttpResponseMessage Response, string? Status)> SendAsync(byte[] body, string type = "application/grpc", string path = "/test.Echo/Unary", params (string Name, string Value)[] headers)
    {
        await using var server = await Echo.StartAsync();
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler());
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"http://{server.EndPoint}{path}"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.TryAddWithoutValidation("content-type", type);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        var response = await invoker.SendAsync(request, TestContext.Current.CancellationToken);
        await response.Content.LoadIntoBufferAsync(TestContext.Current.CancellationToken);
        var status = response.TrailingHeaders.TryGetValues("grpc-status", out var trailing) ? trailing : response.Headers.TryGetValues("grpc-status", out var leading) ? leading : null;
        return (response, status?.Single());
    }
}
