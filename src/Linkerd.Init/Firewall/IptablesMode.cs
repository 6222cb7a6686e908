namespace Linkerd.Init.Firewall;

/// <summary>Which family of iptables binaries is used.</summary>
internal enum IptablesMode
{
    /// <summary>iptables-legacy.</summary>
    Legacy,

    /// <summary>iptables-nft.</summary>
    Nft,

    /// <summary>iptables, whatever that is on the machine.</summary>
    Plain,
}
