namespace Linkerd.EndToEndTests;

/// <summary>Who is let in by a default policy.</summary>
public sealed class PolicyTests
{
    [Fact]
    public void A_client_outside_of_the_mesh_is_let_in_by_the_default_policy() =>
        Assert.Equal("hello from the server", MeshFixture.InOutsider("timeout 5 wget -qO- http://server.e2e.svc.cluster.local/").Trim());

    [Fact]
    public void Under_all_authenticated_a_meshed_client_is_let_in_and_another_is_refused()
    {
        Assert.Equal("members only", MeshFixture.InClient("timeout 10 wget -qO- http://strict.e2e.svc.cluster.local/").Trim());

        var refused = MeshFixture.InOutsider("timeout 5 wget -S -O- http://strict.e2e.svc.cluster.local/ 2>&1 || true");
        Assert.Contains("403 Forbidden", refused, StringComparison.Ordinal);
        Assert.DoesNotContain("members only", refused, StringComparison.Ordinal);
    }
}
