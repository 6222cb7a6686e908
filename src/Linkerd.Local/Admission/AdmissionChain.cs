using Linkerd.Local.Api;

namespace Linkerd.Local.Admission;

/// <summary>Everything between the decoding of an object and its storage.</summary>
internal sealed class AdmissionChain(ApiCore core)
{
    private readonly NamespaceLifecycle _namespaces = new(core);

    /// <summary>Runs what may change the object; <paramref name="afterChange"/> restores defaults after every change.</summary>
    public async Task MutateAsync(AdmissionContext context, Action<AdmissionContext> afterChange)
    {
        _namespaces.Check(context);
        await Task.CompletedTask;
        afterChange(context);
    }

    /// <summary>Runs what may only refuse.</summary>
    public Task ValidateAsync(AdmissionContext context) => Task.CompletedTask;
}
