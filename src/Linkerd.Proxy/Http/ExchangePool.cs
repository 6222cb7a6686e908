namespace Linkerd.Proxy.Http;

/// <summary>Exchanges of one worker, used again and again.</summary>
internal sealed class ExchangePool(Worker worker)
{
    private const int MaxPooled = 4096;

    private readonly Stack<RelayExchange> _free = new();

    public RelayExchange Rent() => _free.TryPop(out RelayExchange? exchange) ? exchange : new RelayExchange(worker, this);

    public void Return(RelayExchange exchange)
    {
        if (_free.Count < MaxPooled) _free.Push(exchange);
    }
}
