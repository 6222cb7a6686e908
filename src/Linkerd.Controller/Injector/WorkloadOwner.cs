namespace Linkerd.Controller.Injector;

/// <summary>The workload that a pod belongs to.</summary>
/// <param name="ApiVersion">Group and version of its kind.</param>
/// <param name="Kind">Kind, as in <c>Deployment</c>.</param>
/// <param name="Name">Name.</param>
/// <param name="Uid">Unique id.</param>
internal sealed record WorkloadOwner(string ApiVersion, string Kind, string Name, string Uid);
