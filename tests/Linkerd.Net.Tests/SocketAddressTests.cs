using System.Net;
using Linkerd.Net;

namespace Linkerd.Net.Tests;

public sealed class SocketAddressTests
{
    [Theory]
    [InlineData("127.0.0.1:80")]
    [InlineData("0.0.0.0:0")]
    [InlineData("255.255.255.255:65535")]
    [InlineData("[::]:4143")]
    [InlineData("[::1]:1")]
    [InlineData("[2001:db8::1]:443")]
    [InlineData("[fe80::1%3]:443")]
    public void Text_goes_round(string text) => Assert.Equal(text, SocketAddress.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("127.0.0.1")]
    [InlineData("127.1:80")]
    [InlineData("0x7f.0.0.1:80")]
    [InlineData("127.0.0.01:80")]
    [InlineData("127.0.0.256:80")]
    [InlineData("127.0.0.1.:80")]
    [InlineData("127.0.0.1:")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("127.0.0.1:+1")]
    [InlineData("127.0.0.1: 1")]
    [InlineData("::1:80")]
    [InlineData("[::1]")]
    [InlineData("[127.0.0.1]:80")]
    [InlineData("[::1%]:80")]
    [InlineData("[::1%0]:80")]
    [InlineData("[::1/64]:80")]
    [InlineData("[1:2:3]:80")]
    [InlineData("example.com:80")]
    public void Strict_forms_only(string text) => Assert.False(SocketAddress.TryParse(text, out _));

    [Fact]
    public void Mapped_addresses_unmap()
    {
        SocketAddress mapped = SocketAddress.Parse("[::ffff:192.0.2.1]:80");
        Assert.True(mapped.IsV4Mapped);
        Assert.Equal("192.0.2.1:80", mapped.Unmap().ToString());
        Assert.Equal(mapped, mapped.Unmap().MapToV6());
    }

    [Fact]
    public void Zone_by_name() => Assert.Equal(1u, SocketAddress.Parse("[fe80::1%lo]:80").Zone);

    [Fact]
    public void Base_library_and_back()
    {
        var endpoint = new IPEndPoint(IPAddress.Parse("2001:db8::5"), 99);
        Assert.Equal(endpoint, SocketAddress.From(endpoint).ToIPEndPoint());
        Assert.Equal("192.0.2.7", SocketAddress.From(IPAddress.Parse("192.0.2.7"), 1).IpString());
    }

    [Fact]
    public void Equality_counts_port_and_zone()
    {
        SocketAddress address = SocketAddress.Parse("10.0.0.1:80");
        Assert.True(address.SameHost(address.WithPort(81)));
        Assert.NotEqual(address, address.WithPort(81));
        Assert.NotEqual(SocketAddress.Parse("[fe80::1%1]:80"), SocketAddress.Parse("[fe80::1%2]:80"));
        Assert.True(SocketAddress.Parse("127.8.0.1:1").IsLoopback);
        Assert.False(default(SocketAddress).IsUnspecified);
    }
}
