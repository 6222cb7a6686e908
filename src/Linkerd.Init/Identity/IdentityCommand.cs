using Linkerd.Init.Logging;

namespace Linkerd.Init.Identity;

/// <summary>
/// linkerd2-proxy-identity: makes a key and a certificate request where the proxy looks for them, then becomes the
/// proxy. The key is new at every start and never leaves memory.
/// </summary>
internal static class IdentityCommand
{
    private const string InstalledProxy = "/usr/lib/linkerd/linkerd2-proxy";

    /// <summary>Names another proxy to run, for use outside of the image.</summary>
    private const string ProxyVariable = "LINKERD2_PROXY_PATH";

    public static int Run(string[] args)
    {
        var log = new InitLog(Console.Error, TimeProvider.System);
        var faults = new List<string>();
        if (IdentityEnvironment.Read(Environment.GetEnvironmentVariable, faults) is not { } environment)
        {
            foreach (var fault in faults)
                log.Error(fault);
            return Dispatcher.UsageError;
        }
        try
        {
            if (!MemoryFileSystem.Contains(environment.Directory))
                log.Warn($"{environment.Directory} is not in memory: the private key reaches a disk");
            KeyAndRequest.Create(environment.LocalName).WriteTo(environment.Directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Error($"cannot write the key and the certificate request: {e.Message}");
            return 1;
        }
        var proxy = FindProxy(Environment.GetEnvironmentVariable(ProxyVariable), AppContext.BaseDirectory);
        var error = ProcessImage.Replace(proxy, args);
        log.Error($"cannot run {proxy}: {error}");
        return 1;
    }

    /// <summary>The named proxy, else the one beside this program, else the one of the image.</summary>
    internal static string FindProxy(string? named, string ownDirectory)
    {
        if (!string.IsNullOrEmpty(named))
            return named;
        var beside = Path.Combine(ownDirectory, "linkerd2-proxy");
        return File.Exists(beside) ? beside : InstalledProxy;
    }
}
