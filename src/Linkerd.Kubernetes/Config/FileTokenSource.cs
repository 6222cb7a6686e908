namespace Linkerd.Kubernetes;

/// <summary>A token in a file that is rewritten from time to time, as the kubelet does; read again every minute.</summary>
public sealed class FileTokenSource(string path, TimeProvider? time = null) : ITokenSource
{
    private static readonly TimeSpan s_maxAge = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Lock _lock = new();
    private string? _token;
    private long _readAt;

    public ValueTask<string?> GetAsync(CancellationToken cancel)
    {
        lock (_lock)
        {
            if (_token is null || _time.GetElapsedTime(_readAt) >= s_maxAge)
            {
                _token = File.ReadAllText(path).Trim();
                _readAt = _time.GetTimestamp();
            }

            return new(_token);
        }
    }

    public void Invalidate()
    {
        lock (_lock)
            _token = null;
    }
}
