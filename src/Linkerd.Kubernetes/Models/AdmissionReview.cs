namespace Linkerd.Kubernetes.Models;

/// <summary>The envelope of an admission webhook's request and response; <c>apiVersion</c> of the answer must equal that of the question.</summary>
public sealed record AdmissionReview
{
    public string? ApiVersion { get; set; }
    public string? Kind { get; set; }
    public AdmissionRequest? Request { get; set; }
    public AdmissionResponse? Response { get; set; }
}
