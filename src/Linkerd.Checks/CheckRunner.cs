using Linkerd.Kubernetes;

namespace Linkerd.Checks;

/// <summary>Runs the checks that options ask for, in their order.</summary>
public sealed class CheckRunner
{
    // One request to the API server; a check makes several.
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(30);

    private readonly CheckOptions _options;
    private readonly IReadOnlyList<CheckCategory> _categories;

    /// <summary>Creates a runner.</summary>
    /// <param name="options">What is asked for.</param>
    /// <param name="connect">Makes the client; what it throws is the error of the first check.</param>
    public CheckRunner(CheckOptions options, Func<KubernetesClient> connect)
    {
        _options = options;
        _categories = CheckCatalog.Categories(new CheckContext(options, connect));
    }

    /// <summary>Runs all checks; after a fatal failure the rest is left out.</summary>
    /// <param name="report">Is given each outcome as it is known.</param>
    /// <param name="retrying">Is told what a check that is tried again waits for.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>Whether no check failed; warnings do not count.</returns>
    public async Task<bool> RunAsync(Action<CheckResult> report, Action<string>? retrying, CancellationToken cancel)
    {
        var success = true;
        var deadline = _options.Clock.GetUtcNow() + _options.Wait;
        foreach (var category in _categories)
        {
            foreach (var check in category.Checks)
            {
                if (await RunAsync(category, check, deadline, retrying, cancel) is not { } result)
                    continue;
                report(result);
                if (result.Status != CheckStatus.Error)
                    continue;
                success = false;
                if (check.Fatal)
                    return false;
            }
        }

        return success;
    }

    private async Task<CheckResult?> RunAsync(CheckCategory category, Check check, DateTimeOffset deadline, Action<string>? retrying, CancellationToken cancel)
    {
        while (true)
        {
            var error = await TryAsync(check, cancel);
            if (error is SkipCheckException)
                return null;
            var hint = _options.HintBase + check.Anchor;
            if (error is null)
                return new CheckResult(category.Name, check.Description, CheckStatus.Success, null, hint);
            if (!check.Retries || _options.Clock.GetUtcNow() + _options.RetryInterval > deadline)
                return new CheckResult(category.Name, check.Description, check.Warning ? CheckStatus.Warning : CheckStatus.Error, error.Message, hint);
            retrying?.Invoke(error.Message);
            await Task.Delay(_options.RetryInterval, _options.Clock, cancel);
        }
    }

    private async Task<Exception?> TryAsync(Check check, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(RequestTimeout, _options.Clock);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        try
        {
            await check.Run(linked.Token);
            return null;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new CheckException($"no answer within {RequestTimeout.TotalSeconds} s");
        }
        catch (Exception e) when (e is CheckException or SkipCheckException or KubernetesException or KubeConfigException or HttpRequestException or IOException or FormatException)
        {
            return e;
        }
    }
}
