namespace Linkerd.Kubernetes.Models;

/// <summary>The verdict of an admission webhook.</summary>
public sealed record AdmissionResponse
{
    /// <summary>Must equal the request's.</summary>
    public string? Uid { get; set; }

    public bool Allowed { get; set; }
    public Status? Status { get; set; }

    /// <summary>JSON patch; base64 on the wire.</summary>
    public byte[]? Patch { get; set; }

    /// <summary><c>JSONPatch</c> when <see cref="Patch"/> is set.</summary>
    public string? PatchType { get; set; }

    public IReadOnlyDictionary<string, string>? AuditAnnotations { get; set; }
    public IReadOnlyList<string>? Warnings { get; set; }
}
