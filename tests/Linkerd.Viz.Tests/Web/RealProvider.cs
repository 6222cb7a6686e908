using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Linkerd.Testing;

namespace Linkerd.Viz.Tests.Web;

/// <summary>The certified provider of the npm package oidc-provider in a process of its own.</summary>
internal sealed class RealProvider : IDisposable
{
    private static readonly string s_folder = Path.Combine(Repository.Root, "tests", "Linkerd.Viz.Tests", "oidc");
    private readonly string _keys = Path.GetTempFileName();
    private readonly string _redirect;
    private readonly List<JsonObject> _ring = [];
    private Process? _process;

    public RealProvider(int port, string redirect)
    {
        Port = port;
        _redirect = redirect;
        Rotate();
    }

    public int Port { get; }

    /// <summary>Skips the test where the provider cannot be had.</summary>
    public static void Require()
    {
        if (!File.Exists("/usr/bin/node") || !File.Exists("/usr/bin/npm"))
            Assert.Skip("node and npm are not installed: apt-get install nodejs npm");
        if (Directory.Exists(Path.Combine(s_folder, "node_modules", "oidc-provider")))
            return;
        using var install = Process.Start(new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]) { WorkingDirectory = s_folder, RedirectStandardError = true })!;
        var error = install.StandardError.ReadToEnd();
        install.WaitForExit();
        if (install.ExitCode != 0)
            Assert.Skip("npm ci in tests/Linkerd.Viz.Tests/oidc failed: " + error);
    }

    /// <summary>Signs with a new key from the next start on; the old ones stay published.</summary>
    public void Rotate()
    {
        using var rsa = RSA.Create(2048);
        var p = rsa.ExportParameters(includePrivateParameters: true);
        _ring.Insert(0, new JsonObject
        {
            ["kty"] = "RSA", ["kid"] = "key-" + _ring.Count, ["use"] = "sig", ["alg"] = "RS256",
            ["n"] = Text(p.Modulus), ["e"] = Text(p.Exponent), ["d"] = Text(p.D), ["p"] = Text(p.P), ["q"] = Text(p.Q), ["dp"] = Text(p.DP), ["dq"] = Text(p.DQ), ["qi"] = Text(p.InverseQ),
        });
        File.WriteAllText(_keys, new JsonObject { ["keys"] = new JsonArray([.. _ring.Select(static k => k.DeepClone())]) }.ToJsonString());
    }

    /// <summary>Starts it, or starts it again.</summary>
    public async Task StartAsync()
    {
        Stop();
        var start = new ProcessStartInfo("node", ["provider.mjs", $"{Port}", _redirect, _keys]) { WorkingDirectory = s_folder, RedirectStandardOutput = true, RedirectStandardError = true };
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginErrorReadLine();
        while (await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30)) is { } line)
        {
            if (line == "ready")
                return;
        }

        throw new InvalidOperationException("the provider ended");
    }

    public void Dispose()
    {
        Stop();
        File.Delete(_keys);
    }

    private void Stop()
    {
        if (_process is null)
            return;
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    private static string Text(byte[]? bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
