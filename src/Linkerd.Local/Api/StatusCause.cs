namespace Linkerd.Local.Api;

/// <summary>One cause in a <c>Status</c>: Kubernetes' reason, the message, and the path of the field.</summary>
internal readonly record struct StatusCause(string Reason, string Message, string Field);
