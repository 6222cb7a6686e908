using Linkerd.Net;
using Linkerd.Proxy.Accept;

namespace Linkerd.Proxy.Tests.Accept;

/// <summary>Listening on hosts whose kernel has no IPv6 (EAFNOSUPPORT), or has it switched off (EADDRNOTAVAIL).</summary>
public sealed class ListenAddressesTests
{
    [Theory]
    [InlineData("[::]:4143", "0.0.0.0:4143", Errno.EAFNOSUPPORT)]
    [InlineData("127.0.0.1:4140,[::1]:4140", "127.0.0.1:4140", Errno.EAFNOSUPPORT)]
    [InlineData("[::1]:4140,127.0.0.1:4140", "127.0.0.1:4140", Errno.EADDRNOTAVAIL)]
    [InlineData("0.0.0.0:4143,[::]:4143", "0.0.0.0:4143", Errno.EAFNOSUPPORT)]
    public void Without_IPv6_the_IPv4_addresses_are_bound_and_the_log_says_so(string wanted, string bound, int errno)
    {
        var warnings = new List<string>();

        List<SocketAddress> result = ListenAddresses.Bind(Parse(wanted), WithoutV6(errno), warnings.Add);

        Assert.Equal(Parse(bound), result);
        string warning = Assert.Single(warnings);
        Assert.Contains("This host has no IPv6", warning);
        Assert.Contains(Errno.Name(errno), warning);
    }

    [Fact]
    public void With_IPv6_everything_is_bound_and_nothing_is_said()
    {
        SocketAddress[] wanted = Parse("127.0.0.1:4140,[::1]:4140,[::]:4143");

        Assert.Equal(wanted, ListenAddresses.Bind(wanted, static a => a, static w => Assert.Fail(w)));
    }

    [Fact]
    public void Only_an_IPv6_loopback_leaves_nothing_to_fall_back_to()
        => Assert.Equal(Errno.EAFNOSUPPORT, Assert.Throws<NetException>(() => ListenAddresses.Bind(Parse("[::1]:4140"), WithoutV6(Errno.EAFNOSUPPORT))).Errno);

    [Fact]
    public void A_port_in_use_is_a_fault()
        => Assert.Equal(Errno.EADDRINUSE, Assert.Throws<NetException>(() => ListenAddresses.Bind(Parse("127.0.0.1:4140,[::1]:4140"), WithoutV6(Errno.EADDRINUSE))).Errno);

    private static SocketAddress[] Parse(string text) => [.. text.Split(',').Select(SocketAddress.Parse)];

    private static Func<SocketAddress, SocketAddress> WithoutV6(int errno) => address => address.IsV6 ? throw new NetException("bind", errno) : address;
}
