using System.Collections.Immutable;
using System.Net;
using Linkerd.Controller.Destination.Core;

namespace Linkerd.Controller.Destination.Index;

/// <summary>One ready address of a slice or an Endpoints object, in the one form that the index works with.</summary>
internal readonly record struct SliceAddress(IPAddress Ip, PodName? Pod, ExternalWorkloadName? Workload, string? Hostname, string? NodeName, string? Zone, ImmutableArray<string> ForZones);
