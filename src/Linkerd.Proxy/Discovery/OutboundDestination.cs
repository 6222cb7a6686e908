using Linkerd.Model;

namespace Linkerd.Proxy.Discovery;

/// <summary>
/// What is looked up: the address that a connection was sent to or, where the client names a service (ingress mode, a gateway), that name.
/// </summary>
public readonly record struct OutboundDestination
{
    private OutboundDestination(SocketAddress address, HostPort name)
    {
        Address = address;
        Name = name;
    }

    /// <summary>No address when <see cref="IsNamed"/>.</summary>
    public SocketAddress Address { get; }

    /// <summary>The default value unless <see cref="IsNamed"/>.</summary>
    public HostPort Name { get; }

    public bool IsNamed => Name.Host is not null;

    public int Port => IsNamed ? Name.Port : Address.Port;

    public static OutboundDestination At(SocketAddress address) => new(address.Unmap(), default);

    public static OutboundDestination Named(HostPort name) => new(default, name);

    /// <summary><c>address:port</c> or <c>name:port</c>, as the control plane is asked.</summary>
    public override string ToString() => IsNamed ? Name.ToString() : Address.ToString();
}
