namespace Linkerd.Init.Firewall;

/// <summary>The two binaries of one address family.</summary>
internal readonly record struct FirewallTools(string Command, string Save)
{
    /// <summary>The binaries of a mode, by name.</summary>
    public static FirewallTools Of(IptablesMode mode, bool ipv6)
    {
        var name = (ipv6 ? "ip6tables" : "iptables") + mode switch { IptablesMode.Nft => "-nft", IptablesMode.Legacy => "-legacy", _ => "" };
        return new FirewallTools(name, name + "-save");
    }

    /// <summary>
    /// The binaries of the mode where both exist, else the first pair that does of nft, plain and legacy. When none does
    /// the wanted ones stay, and running them says what is missing.
    /// </summary>
    public static FirewallTools Choose(IptablesMode mode, bool ipv6, Func<string, bool> exists)
    {
        var wanted = Of(mode, ipv6);
        if (exists(wanted.Command) && exists(wanted.Save))
            return wanted;
        foreach (var candidate in (IptablesMode[])[IptablesMode.Nft, IptablesMode.Plain, IptablesMode.Legacy])
        {
            var tools = Of(candidate, ipv6);
            if (exists(tools.Command) && exists(tools.Save))
                return tools;
        }
        return wanted;
    }

    /// <summary>Whether PATH, or where Debian and Alpine put iptables, has the binary.</summary>
    public static bool ExistsOnPath(string name) => PathOf(name) is not null;

    /// <summary>Where a binary is; null when nowhere.</summary>
    public static string? PathOf(string name) =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin".Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
