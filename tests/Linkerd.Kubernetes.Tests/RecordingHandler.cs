using System.Threading.Channels;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Kubernetes.Tests;

/// <summary>Writes down what an informer says.</summary>
internal sealed class RecordingHandler : IInformerHandler<Pod>
{
    private readonly Channel<string> _log = Channel.CreateUnbounded<string>();

    public async Task<string> NextAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await _log.Reader.ReadAsync(limit.Token);
    }

    public bool IsQuiet => !_log.Reader.TryPeek(out _);

    public void OnAdded(Pod value) => _log.Writer.TryWrite($"+{value.Metadata.Name}@{value.Metadata.ResourceVersion}");

    public void OnUpdated(Pod old, Pod value) => _log.Writer.TryWrite($"~{value.Metadata.Name}@{old.Metadata.ResourceVersion}>{value.Metadata.ResourceVersion}");

    public void OnDeleted(Pod value) => _log.Writer.TryWrite($"-{value.Metadata.Name}");
}
