namespace Linkerd.Stats.Reports;

/// <summary>Why a container of a pod does not run.</summary>
public sealed record PodError(string Pod, string Container, string Image, string Reason, string Message);
