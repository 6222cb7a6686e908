using System.Text;
using Linkerd.Http;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Http;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.Http;

public sealed class ErrorResponseTests
{
    [Fact]
    public void The_text_is_cut_and_printable()
    {
        var head = new HeaderBlock();
        ErrorResponse.Write(head, ErrorTable.Of(ProxyErrorKind.ConnectFailed), "line\n" + new string('x', 2000), grpc: false, informational: true);
        Assert.True(head.TryGet(KnownHeader.L5dProxyError, out ReadOnlySpan<byte> text));
        Assert.Equal("line?" + new string('x', 507), Encoding.ASCII.GetString(text));
    }

    [Fact]
    [Proves("6.8 grpc form", "6.7 l5d-proxy-error")]
    public void A_gRPC_client_gets_the_text_as_its_message()
    {
        var head = new HeaderBlock();
        ErrorResponse.Write(head, ErrorTable.Of(ProxyErrorKind.FailFast), "a b%", grpc: true, informational: false);
        Assert.Equal(200, head.Status);
        Assert.True(head.TryGet(KnownHeader.GrpcMessage, out ReadOnlySpan<byte> text));
        Assert.Equal("a b%25", Encoding.ASCII.GetString(text));
        Assert.False(head.Contains(KnownHeader.L5dProxyError));
    }
}
