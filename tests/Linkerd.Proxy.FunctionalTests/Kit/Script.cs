using System.Collections.Concurrent;
using Linkerd.Grpc;

namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>Values by key, whose streams follow every change.</summary>
internal sealed class Script<T>
{
    private readonly ConcurrentDictionary<string, Entry> _entries = new();

    /// <summary>Sets what a key answers; streams that are open are told.</summary>
    public void Set(string key, T value)
    {
        Entry? old = null;
        _entries.AddOrUpdate(key, new Entry(value), (_, entry) =>
        {
            old = entry;
            return new Entry(value);
        });
        old?.Changed.TrySetResult();
    }

    /// <summary>Sets what a key answers, unless a scenario has, or does at this moment.</summary>
    public void SetDefault(string key, T value) => _entries.TryAdd(key, new Entry(value));

    public bool TryGet(string key, out T value)
    {
        var found = _entries.TryGetValue(key, out var entry);
        value = found ? entry!.Value : default!;
        return found;
    }

    /// <summary>Sends the value of a key, and again whenever it changes; NOT_FOUND when it has none.</summary>
    public async Task FollowAsync(string key, Func<T?, T, Task> send, CancellationToken cancellationToken)
    {
        T? sent = default;
        while (true)
        {
            if (!_entries.TryGetValue(key, out var entry))
                throw new RpcException(new Status(StatusCode.NotFound, $"the scenario has no '{key}'"));
            await send(sent, entry.Value);
            sent = entry.Value;
            await entry.Changed.Task.WaitAsync(cancellationToken);
        }
    }

    private sealed record Entry(T Value)
    {
        public TaskCompletionSource Changed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
