using Linkerd.Controller.Destination.Core;

namespace Linkerd.Controller.Destination.Index;

/// <summary>All that is known of one Service name, whether the Service exists or only its slices do.</summary>
internal sealed class ServiceEntry(ServiceName name)
{
    public ServiceName Name { get; } = name;

    /// <summary>The Service, or null.</summary>
    public ServiceInfo? Info { get; set; }

    /// <summary>Addresses by the name of the object that has them.</summary>
    public Dictionary<string, Slice[]> Slices { get; } = [];

    /// <summary>Views by port; only ports that someone asked for.</summary>
    public Dictionary<int, EndpointView> Views { get; } = [];

    /// <summary>Who asked for the profile of the Service or of an instance of it.</summary>
    public List<ProfileWatch> Profiles { get; } = [];

    /// <summary>Pods that the index tells this entry of; only while someone has asked for endpoints or an instance.</summary>
    public HashSet<PodName> Pods { get; set; } = [];

    /// <summary>Whether someone has asked for anything.</summary>
    public bool IsWatched => Views.Count > 0 || Profiles.Count > 0;

    /// <summary>Whether nothing would be lost with this entry.</summary>
    public bool IsVacant => Info is null && Slices.Count == 0 && !IsWatched;

    /// <summary>All addresses with the port that <paramref name="port"/> of the Service means on them; addresses without it are left out.</summary>
    public IEnumerable<(Slice Slice, SliceAddress Address, int Port)> Addresses(int port)
    {
        string? portName = null;
        var named = Info?.Ports.TryGetValue(port, out portName) ?? false;
        foreach (var slice in Slices.Values.SelectMany(static s => s))
        {
            var number = port;
            if (named && !slice.Ports.TryGetValue(portName!, out number))
                continue;
            foreach (var address in slice.Addresses)
                yield return (slice, address, number);
        }
    }
}
