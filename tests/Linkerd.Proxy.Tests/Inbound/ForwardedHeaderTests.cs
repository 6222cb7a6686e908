using System.Text;
using Linkerd.Proxy.Inbound;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.Inbound;

/// <summary>RFC 7239, as far as a loop is told by it.</summary>
public sealed class ForwardedHeaderTests
{
    [Theory]
    [InlineData("by=me;for=you;host=h;proto=https", true)]
    [InlineData("for=you; by=me", true)]
    [InlineData("By=\"me\"", true)]
    [InlineData("by=other, for=x;by=me", true)]
    [InlineData("by=other;for=me", false)]
    [InlineData("by=me.too", false)]
    [InlineData("by=", false)]
    [InlineData("standby=me", false)]
    [InlineData(";;,,", false)]
    [InlineData("", false)]
    [Proves("6.9 gateway")]
    public void A_loop_is_told_by_our_own_identity(string value, bool isLoop)
        => Assert.Equal(isLoop, ForwardedHeader.IsBy(Encoding.ASCII.GetBytes(value), "me"u8));
}
