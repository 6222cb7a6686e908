using Linkerd.Controller.Policy.Core;
using Linkerd.Kubernetes;

namespace Linkerd.Controller.Policy.Conditions;

/// <summary>Names a resource that has a status of ours.</summary>
/// <param name="Gvr">Its type.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Name">Its name.</param>
internal sealed record StatusKey(GroupVersionResource Gvr, string Kind, ResourceName Name);
