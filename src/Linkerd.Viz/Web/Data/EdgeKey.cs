namespace Linkerd.Viz.Web.Data;

/// <summary>Who calls whom.</summary>
internal readonly record struct EdgeKey(WorkloadKey Source, WorkloadKey Destination);
