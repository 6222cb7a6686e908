using Linkerd.Viz.Web.Access;
using Linkerd.Viz.Web.Login;
using Microsoft.AspNetCore.Http;

namespace Linkerd.Viz.Tests.Web;

public sealed class AccessTests
{
    [Theory]
    [InlineData("localhost", true)]
    [InlineData("localhost:50750", true)]
    [InlineData("127.0.0.1:8084", true)]
    [InlineData("[::1]:8084", true)]
    [InlineData("web.linkerd-viz.svc", true)]
    [InlineData("web.linkerd-viz.svc.cluster.local:8084", true)]
    [InlineData("web.linkerd-viz.svc.cluster.localx", false)]
    [InlineData("web-linkerd-viz.svc", false)]
    [InlineData("evil.example.com", false)]
    [InlineData("localhost.evil.example.com", false)]
    [InlineData("127.0.0.1.evil.example.com", false)]
    [InlineData("localhost:80a", false)]
    [InlineData("", false)]
    public void The_default_host_check(string host, bool allowed) =>
        Assert.Equal(allowed, HostCheck.Create("", "linkerd-viz", "cluster.local").Allows(host));

    [Fact]
    public void A_users_pattern_replaces_the_default()
    {
        Assert.True(HostCheck.Create(".*", "linkerd-viz", "cluster.local").Allows("anything.example.com"));
        var own = HostCheck.Create(@"^dashboard\.example\.com$", "linkerd-viz", "cluster.local");
        Assert.True(own.Allows("dashboard.example.com"));
        Assert.False(own.Allows("localhost"));
        Assert.Throws<FormatException>(() => HostCheck.Create("(", "linkerd-viz", "cluster.local"));
        Assert.Throws<FormatException>(() => HostCheck.Create("(?=x)", "linkerd-viz", "cluster.local"));
    }

    [Theory]
    [InlineData("http://localhost:50750", "localhost:50750", null, true)]
    [InlineData("https://dashboard.example.com", "dashboard.example.com", null, true)]
    [InlineData("https://dashboard.example.com", "dashboard.example.com:443", null, true)]
    [InlineData("http://[::1]:8084", "[::1]:8084", null, true)]
    [InlineData("http://localhost:50751", "localhost:50750", null, false)]
    [InlineData("http://evil.example.com", "localhost:50750", null, false)]
    [InlineData("null", "localhost:50750", null, false)]
    [InlineData("file://localhost:50750", "localhost:50750", null, false)]
    [InlineData("http://localhost:50750.evil.example.com", "localhost:50750", null, false)]
    [InlineData(null, "localhost:50750", null, true)] // No browser, or an ingress that takes Origin away.
    [InlineData("", "web.linkerd-viz.svc.cluster.local:8084", null, true)]
    [InlineData("https://dashboard.example.com", "web.linkerd-viz.svc.cluster.local:8084", "same-origin", true)]
    [InlineData("https://evil.example.com", "web.linkerd-viz.svc.cluster.local:8084", "cross-site", false)]
    [InlineData(null, "localhost:50750", "cross-site", false)]
    [InlineData(null, "localhost:50750", "same-site", false)]
    public void Only_the_own_page_may(string? origin, string host, string? site, bool allowed)
    {
        var http = new DefaultHttpContext();
        http.Request.Host = new HostString(host);
        if (origin is not null)
            http.Request.Headers.Origin = origin;
        if (site is not null)
            http.Request.Headers["Sec-Fetch-Site"] = site;
        Assert.Equal(allowed, new OriginCheck(null).Allows(http.Request));
    }

    [Fact]
    public void The_external_address_is_an_origin_of_ours()
    {
        var http = new DefaultHttpContext();
        http.Request.Host = new HostString("web.linkerd-viz.svc.cluster.local:8084");
        http.Request.Headers.Origin = "https://dashboard.example.com";
        Assert.True(new OriginCheck(new Uri("https://dashboard.example.com/")).Allows(http.Request));
        Assert.False(new OriginCheck(new Uri("https://other.example.com/")).Allows(http.Request));
    }

    [Fact]
    public void Tables_never_grow_over_their_bound_and_forget_what_was_used_least()
    {
        var table = new BoundedTable<int, int>(3);
        for (var i = 0; i < 3; i++)
            table.Set(i, i);
        Assert.True(table.TryGet(0, out _));
        for (var i = 3; i < 5; i++)
            table.Set(i, i);
        Assert.Equal(3, table.Count);
        Assert.True(table.TryGet(0, out _));
        Assert.False(table.TryGet(1, out _));
        Assert.False(table.TryAdd(0, 9));
    }

    [Fact]
    public void A_bucket_refills_with_time()
    {
        var time = new ManualTime();
        var gate = new RateGate(2, 4, 10, time);
        for (var i = 0; i < 4; i++)
            Assert.True(gate.TryEnter("a"));
        Assert.False(gate.TryEnter("a"));
        Assert.True(gate.TryEnter("b"));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(gate.TryEnter("a"));
        Assert.True(gate.TryEnter("a"));
        Assert.False(gate.TryEnter("a"));
    }

    [Fact]
    public void Guessing_is_locked_out_longer_each_time()
    {
        var time = new ManualTime();
        var guard = new LoginGuard(time);
        for (var i = 0; i < 4; i++)
            Assert.False(guard.Failed("alice", "10.0.0.1"));
        Assert.Equal(TimeSpan.Zero, guard.Wait("alice", "10.0.0.1"));
        Assert.True(guard.Failed("alice", "10.0.0.1"));
        Assert.Equal(TimeSpan.FromMinutes(1), guard.Wait("alice", "10.0.0.1"));
        // Others, and the same user elsewhere, are not hit by it.
        Assert.Equal(TimeSpan.Zero, guard.Wait("alice", "10.0.0.2"));
        Assert.Equal(TimeSpan.Zero, guard.Wait("bob", "10.0.0.1"));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(TimeSpan.Zero, guard.Wait("alice", "10.0.0.1"));
        guard.Failed("alice", "10.0.0.1");
        Assert.Equal(TimeSpan.FromMinutes(2), guard.Wait("alice", "10.0.0.1"));
        guard.Succeeded("alice", "10.0.0.1");
        Assert.Equal(TimeSpan.Zero, guard.Wait("alice", "10.0.0.1"));
    }

    [Fact]
    public void Guessing_from_many_addresses_locks_the_user_and_of_many_users_the_address()
    {
        var guard = new LoginGuard(new ManualTime());
        for (var i = 0; i < 20; i++)
            guard.Failed("alice", $"10.0.0.{i}");
        Assert.True(guard.Wait("alice", "10.9.9.9") > TimeSpan.Zero);
        for (var i = 0; i < 20; i++)
            guard.Failed($"user{i}", "10.1.1.1");
        Assert.True(guard.Wait("nobody", "10.1.1.1") > TimeSpan.Zero);
    }

    [Fact]
    public void Roles_are_the_union_of_user_groups_and_everybody()
    {
        var table = RoleTable.Parse("# who may what\n*: view\nalice: tap\n@sre: view,tap\nhttps://issuer/x:y: tap\n");
        Assert.Equal(Roles.View, table.Of("bob", []));
        Assert.Equal(Roles.All, table.Of("alice", []));
        Assert.Equal(Roles.All, table.Of("bob", ["sre"]));
        Assert.Equal(Roles.All, table.Of("https://issuer/x:y", []));
        Assert.Equal(Roles.None, RoleTable.Parse("alice: view").Of("bob", []));
        Assert.Equal(Roles.None, RoleTable.Parse("@sre: view,tap").Of("@sre", []));
        Assert.Contains("line 2", Assert.Throws<FormatException>(() => RoleTable.Parse("\nalice: admin")).Message, StringComparison.Ordinal);
    }
}
