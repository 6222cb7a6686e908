using System.Net;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Kubernetes;

/// <summary>The API server refused a request, or could not be reached.</summary>
public sealed class KubernetesException : Exception
{
    /// <summary>The <see cref="Reason"/> of refusals that an aggregated API of the mesh gives, and the header that tells them.</summary>
    public const string ExtensionError = "linkerd-error";

    /// <summary>The <see cref="Reason"/> when the answer was no JSON, or not of the form that was asked for.</summary>
    public const string Malformed = "Malformed";

    public KubernetesException(string message, int code, string? reason, Status? status = null, Exception? inner = null)
        : base(message, inner)
    {
        Code = code;
        Reason = reason ?? "";
        Status = status;
    }

    /// <summary>HTTP status, or 0 when there was no answer.</summary>
    public int Code { get; }

    /// <summary>Machine-readable cause from the server, for example <c>NotFound</c> or <c>Conflict</c>; empty when unknown.</summary>
    public string Reason { get; }

    /// <summary>The server's whole answer, or null.</summary>
    public Status? Status { get; }

    /// <summary>How long the server asks us to wait, or null.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>There was no answer: connection, TLS or timeout.</summary>
    public bool IsUnreachable => Code == 0;

    /// <summary>404.</summary>
    public bool IsNotFound => Code == (int)HttpStatusCode.NotFound;

    /// <summary>409 because the object changed since it was read.</summary>
    public bool IsConflict => Code == (int)HttpStatusCode.Conflict && Reason != "AlreadyExists";

    /// <summary>409 because an object of that name exists.</summary>
    public bool IsAlreadyExists => Reason == "AlreadyExists";

    /// <summary>410: the resourceVersion or continue token is too old, list again.</summary>
    public bool IsGone => Code == (int)HttpStatusCode.Gone || Reason is "Expired" or "Gone";

    /// <summary>403: RBAC or admission said no.</summary>
    public bool IsForbidden => Code == (int)HttpStatusCode.Forbidden;

    /// <summary>Worth trying again later: no answer, 429, 500, 503 or 504.</summary>
    public bool IsTransient => Code is 0 or 429 or 500 or 502 or 503 or 504;

    /// <summary>The exception for an error answer of the server.</summary>
    public static KubernetesException FromStatus(Status status)
    {
        ArgumentNullException.ThrowIfNull(status);
        return new KubernetesException(status.Message ?? status.Reason ?? $"HTTP {status.Code}", status.Code ?? 0, status.Reason, status)
        {
            RetryAfter = status.Details?.RetryAfterSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        };
    }
}
