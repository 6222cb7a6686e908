namespace Linkerd.Viz.Web.Data;

/// <summary>The cluster's objects as they are now, read without asking the API server.</summary>
internal interface IClusterView
{
    /// <summary>Whether everything has been listed once.</summary>
    bool Ready { get; }

    /// <summary>The state of the moment; at most a second old.</summary>
    ClusterFacts Read();
}
