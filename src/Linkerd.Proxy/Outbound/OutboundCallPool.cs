namespace Linkerd.Proxy.Outbound;

/// <summary>Calls of one worker, used again and again.</summary>
internal sealed class OutboundCallPool(OutboundStack stack)
{
    private const int MaxPooled = 4096;

    private readonly Stack<OutboundCall> _free = new();

    public OutboundCall Rent() => _free.TryPop(out OutboundCall? call) ? call : new OutboundCall(stack, this);

    public void Return(OutboundCall call)
    {
        if (_free.Count < MaxPooled) _free.Push(call);
    }
}
