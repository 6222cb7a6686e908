using Linkerd.Local.Api;

namespace Linkerd.Local.Admission;

/// <summary>Everything between the decoding of an object and its storage: first what may change it, then what may only refuse.</summary>
internal sealed class AdmissionChain(ApiCore core)
{
    private readonly NamespaceLifecycle _namespaces = new(core);
    private readonly ServiceAccountAdmission _accounts = new(core);
    private readonly Webhooks _webhooks = new(core);

    /// <summary>Runs what may change the object; <paramref name="afterChange"/> restores defaults after every change.</summary>
    public async Task MutateAsync(AdmissionContext context, Action<AdmissionContext> afterChange)
    {
        _namespaces.Check(context);
        _accounts.Mutate(context);
        afterChange(context);
        await _webhooks.MutateAsync(context, c =>
        {
            _accounts.Mutate(c);
            afterChange(c);
        });
    }

    /// <summary>Runs what may only refuse.</summary>
    public Task ValidateAsync(AdmissionContext context)
    {
        if (context.Operation == AdmissionOperation.Delete) _namespaces.Check(context);
        return _webhooks.ValidateAsync(context);
    }
}
