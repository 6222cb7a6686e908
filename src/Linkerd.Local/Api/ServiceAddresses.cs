using System.Net;
using Linkerd.Local.Auth;

namespace Linkerd.Local.Api;

/// <summary>Hands out Service addresses and node ports; the first address is that of the API server itself.</summary>
internal sealed class ServiceAddresses(ApiServerOptions options)
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _addresses = [];
    private readonly HashSet<long> _ports = [];
    private readonly uint _size = options.ServiceCidr.PrefixLength >= 31 ? 0 : (1u << (32 - options.ServiceCidr.PrefixLength)) - 2;
    private uint _nextAddress = 10;
    private int _nextPort;

    /// <summary>The address of <c>kubernetes.default</c>.</summary>
    public string ApiServer { get; } = Addresses.At(options.ServiceCidr, 1).ToString();

    public bool Contains(string address) => IPAddress.TryParse(address, out var parsed) && options.ServiceCidr.Contains(parsed);

    public bool TryReserve(string address)
    {
        lock (_lock) return _addresses.Add(address);
    }

    /// <summary>A free address, or null when the range is used up.</summary>
    public string? Reserve()
    {
        lock (_lock)
        {
            for (uint tried = 0; tried < _size; tried++)
            {
                _nextAddress = (_nextAddress % _size) + 1;
                var address = Addresses.At(options.ServiceCidr, _nextAddress).ToString();
                if (address != ApiServer && _addresses.Add(address)) return address;
            }
            return null;
        }
    }

    public bool InPortRange(long port) => port >= options.NodePortFirst && port <= options.NodePortLast;

    public bool TryReservePort(long port)
    {
        lock (_lock) return _ports.Add(port);
    }

    public long? ReservePort()
    {
        lock (_lock)
        {
            var count = options.NodePortLast - options.NodePortFirst + 1;
            for (var tried = 0; tried < count; tried++)
            {
                // A stride that shares no factor with the range spreads neighbours, so that reuse after a deletion is late.
                _nextPort = (_nextPort + 977) % count;
                if (_ports.Add(options.NodePortFirst + _nextPort)) return options.NodePortFirst + _nextPort;
            }
            return null;
        }
    }

    public void Release(string address)
    {
        lock (_lock) _addresses.Remove(address);
    }

    public void ReleasePort(long port)
    {
        lock (_lock) _ports.Remove(port);
    }
}
