using System.Diagnostics;
using System.Globalization;
using Linkerd.Net;

namespace Linkerd.Proxy.Tests.Dns;

/// <summary>The scripted server of server.py; ends with the tests.</summary>
public sealed class DnsServerProcess : IDisposable
{
    private readonly Process _process;

    public DnsServerProcess()
    {
        string script = Path.Combine(Linkerd.Testing.Repository.Root, "tests/Linkerd.Proxy.Tests/Dns/server.py");
        _process = Process.Start(new ProcessStartInfo("python3", [script]) { RedirectStandardInput = true, RedirectStandardOutput = true })
            ?? throw new InvalidOperationException("python3 did not start");
        int port = int.Parse(_process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("the DNS server ended"), CultureInfo.InvariantCulture);
        Address = SocketAddress.Parse($"127.0.0.1:{port}");
    }

    public SocketAddress Address { get; }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit(5000);
        _process.Dispose();
    }
}
