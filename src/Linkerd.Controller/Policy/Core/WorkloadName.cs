namespace Linkerd.Controller.Policy.Core;

/// <summary>Names a pod, or a workload outside of the cluster.</summary>
internal readonly record struct WorkloadName(bool IsExternal, string Namespace, string Name);
