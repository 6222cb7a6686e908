using System.Diagnostics;
using Linkerd.Viz.Web.Login;

namespace Linkerd.Viz.Tests.Web;

public sealed class BcryptTests
{
    // Published vectors; glibc's crypt agrees with each.
    [Theory]
    [InlineData("", "$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.")]
    [InlineData("a", "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe")]
    [InlineData("abc", "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i")]
    [InlineData("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("U*U*U", "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a")]
    public void Published_hashes_are_verified(string password, string hash)
    {
        Assert.True(Bcrypt.Verify(password, hash));
        Assert.False(Bcrypt.Verify(password + "x", hash));
    }

    [Theory]
    [InlineData("correct horse battery staple")]
    [InlineData("비밀번호-パスワード")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123456789-longer than 72 bytes")]
    public void What_htpasswd_writes_is_verified(string password)
    {
        if (!File.Exists("/usr/bin/htpasswd"))
            Assert.Skip("htpasswd is not installed: apt-get install apache2-utils");
        var users = UserTable.Parse(Htpasswd(password, 5) + Htpasswd("other", 6).Replace("alice", "bob", StringComparison.Ordinal));
        Assert.Equal(2, users.Count);
        Assert.True(Bcrypt.Verify(password, users.Hash("alice")!));
        Assert.False(Bcrypt.Verify("other", users.Hash("alice")!));
        Assert.True(Bcrypt.Verify("other", users.Hash("bob")!));
    }

    [Fact]
    public void What_is_hashed_here_is_verified_by_htpasswd()
    {
        if (!File.Exists("/usr/bin/htpasswd"))
            Assert.Skip("htpasswd is not installed: apt-get install apache2-utils");
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "carol:" + Bcrypt.Hash("s3cret", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16], 5) + "\n");
            using var good = Process.Start("htpasswd", ["-vb", file, "carol", "s3cret"])!;
            good.WaitForExit();
            using var bad = Process.Start("htpasswd", ["-vb", file, "carol", "wrong"])!;
            bad.WaitForExit();
            Assert.Equal(0, good.ExitCode);
            Assert.NotEqual(0, bad.ExitCode);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("alice:$apr1$x$y")]
    [InlineData("alice:{SHA}2jmj7l5rSw0yVb/vlWAYkK/YBwk=")]
    [InlineData("alice:$2y$03$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("alice:$2y$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("alice:$2y$05$CCCCCCCCCCCCCCCCCCCC!.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("alice")]
    public void Other_hashes_are_refused_with_the_line(string line)
    {
        var e = Assert.Throws<FormatException>(() => UserTable.Parse("# users\n" + line));
        Assert.Contains("line 2", e.Message, StringComparison.Ordinal);
        Assert.Contains("htpasswd -nB", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("$", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pi_begins_as_it_does() => Assert.Equal([0x243F6A88u, 0x85A308D3u, 0x13198A2Eu, 0x03707344u], PiDigits.Words(4));

    private static string Htpasswd(string password, int cost)
    {
        using var process = Process.Start(new ProcessStartInfo("htpasswd", ["-nbB", "-C", $"{cost}", "alice", password]) { RedirectStandardOutput = true })!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return text;
    }
}
