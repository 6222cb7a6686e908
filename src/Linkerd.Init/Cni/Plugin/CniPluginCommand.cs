using System.Text;
using Linkerd.Init.Logging;
using Linkerd.Kubernetes;

namespace Linkerd.Init.Cni.Plugin;

/// <summary>linkerd-cni: environment and stdin in, JSON on stdout, log on stderr.</summary>
internal static class CniPluginCommand
{
    /// <summary>Most that is read of stdin, in characters.</summary>
    public const int MaxInput = 1024 * 1024;

    /// <summary>Longest that all questions to the API server may take; the runtime gives a pod minutes.</summary>
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(20);

    public static int Run(string[] args)
    {
        _ = args;
        var log = new InitLog(Console.Error, TimeProvider.System);
        log.TrySetLevel("warn");
        return Run(Environment.GetEnvironmentVariable, Console.In, Console.Out, log, Connect);
    }

    /// <summary>For tests: with the world given.</summary>
    public static int Run(Func<string, string?> environment, TextReader input, TextWriter output, InitLog log, Func<NetworkConfig, KubernetesClient> connect)
    {
        var version = CniPlugin.NewestVersion;
        try
        {
            using var limit = new CancellationTokenSource(s_timeout);
            var text = Read(input);
            version = VersionOf(text);
            output.Write(new CniPlugin(new CniRequest(environment), log, connect).RunAsync(text, limit.Token).GetAwaiter().GetResult());
            return 0;
        }
        catch (CniException e)
        {
            return Fail(e);
        }
        catch (OperationCanceledException)
        {
            return Fail(new CniException(CniErrorCode.TryAgainLater, $"the API server did not answer within {s_timeout.TotalSeconds:0} s"));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Last line of defence: a runtime shows people only what is in the form of the specification.
            return Fail(new CniException(CniErrorCode.Internal, e.Message, e.GetType().Name));
        }

        int Fail(CniException e)
        {
            log.Error(e.Details.Length == 0 ? e.Message : $"{e.Message}: {e.Details}");
            output.Write(CniPlugin.Error(version, e));
            return 1;
        }
    }

    private static string Read(TextReader input)
    {
        var text = new StringBuilder();
        var buffer = new char[8192];
        try
        {
            while (input.Read(buffer, 0, buffer.Length) is > 0 and var count)
            {
                if (text.Length + count > MaxInput)
                    throw new CniException(CniErrorCode.Undecodable, $"the network configuration is longer than {MaxInput} characters");
                text.Append(buffer, 0, count);
            }
        }
        catch (IOException e)
        {
            throw new CniException(CniErrorCode.InputOutput, "cannot read the network configuration from stdin", e.Message);
        }
        return text.ToString();
    }

    /// <summary>An error is of the version of the configuration, where that is one of ours.</summary>
    private static string VersionOf(string text)
    {
        try
        {
            return NetworkConfig.Parse(text).CniVersion;
        }
        catch (CniException)
        {
            return CniPlugin.NewestVersion;
        }
    }

    private static KubernetesClient Connect(NetworkConfig config)
    {
        if (config.KubeConfig.Length == 0)
            throw new KubeConfigException("it is not set; reinstall the plugin: linkerd install-cni | kubectl apply -f -");
        TlsLibrary.Require(Path.Combine(AppContext.BaseDirectory, TlsLibrary.FolderName));
        var server = KubeConfigFile.LoadFiles(config.KubeConfig).Resolve() with { UserAgent = "linkerd-cni" };
        if (Uri.TryCreate(config.ApiRoot, UriKind.Absolute, out var root))
            server = server with { Server = root };
        return new KubernetesClient(server) { RequestTimeout = TimeSpan.FromSeconds(10) };
    }
}
