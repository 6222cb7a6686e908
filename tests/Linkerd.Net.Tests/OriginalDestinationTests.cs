using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Linkerd.Net;
using Linkerd.Testing;

namespace Linkerd.Net.Tests;

/// <summary>Real redirection by iptables and ip6tables, in a network namespace that is gone afterwards. Needs root, as the build has it.</summary>
public sealed partial class OriginalDestinationTests : IDisposable
{
    private const int NewNetwork = 0x40000000;

    private readonly string _namespace = $"lnet{Environment.ProcessId}";
    private readonly Harness _harness = new();

    public OriginalDestinationTests()
    {
        Run("ip", $"netns add {_namespace}");
        Run("ip", $"-n {_namespace} link set lo up");
        Run("ip", $"-n {_namespace} addr add 192.0.2.1/32 dev lo");
        Run("ip", $"-n {_namespace} -6 addr add 2001:db8::1/128 dev lo nodad");
    }

    [Theory]
    [InlineData("iptables", "192.0.2.1", "0.0.0.0:0")]
    [InlineData("iptables", "192.0.2.1", "[::]:0")]
    [InlineData("ip6tables", "2001:db8::1", "[::]:0")]
    public async Task A_redirected_connection_knows_where_it_was_going(string tables, string destination, string listen)
    {
        TcpListener listener = InNamespace(() => TcpListener.Bind(SocketAddress.Parse(listen)));
        var original = new TaskCompletionSource<(bool Found, SocketAddress Address)>();
        await _harness.On(() => listener.Start(_harness.Loop, new Acceptor(t =>
        {
            bool found = t.TryGetOriginalDestination(out SocketAddress address);
            t.Abort();
            original.TrySetResult((found, address));
        })));
        Run("ip", $"netns exec {_namespace} {tables} -t nat -A OUTPUT -p tcp --dport 80 -j REDIRECT --to-ports {listener.LocalAddress.Port}");
        using Socket client = InNamespace(() =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            socket.Connect(IPAddress.Parse(destination), 80);
            return socket;
        });
        (bool found, SocketAddress address) = await original.Task.WaitAsync(Harness.Limit);
        Assert.True(found);
        Assert.Equal(SocketAddress.From(IPAddress.Parse(destination), 80), address);
    }

    public void Dispose()
    {
        _harness.Dispose();
        Run("ip", $"netns delete {_namespace}");
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(int fd, int type);

    /// <summary>Runs on a thread of its own, since entering a namespace is for a thread and for good.</summary>
    private T InNamespace<T>(Func<T> work)
    {
        T result = default!;
        Exception? failed = null;
        var thread = new Thread(() =>
        {
            try
            {
                using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle($"/var/run/netns/{_namespace}");
                if (SetNamespace((int)file.DangerousGetHandle(), NewNetwork) < 0) throw new NetException("setns", Marshal.GetLastPInvokeError());
                result = work();
            }
            catch (Exception exception)
            {
                failed = exception;
            }
        });
        thread.Start();
        thread.Join();
        return failed is null ? result : throw new InvalidOperationException("in the namespace", failed);
    }

    private static void Run(string program, string arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {arguments}: {error}");
    }

    private sealed class Acceptor(Action<TcpTransport> accepted) : IAcceptHandler
    {
        public void OnAccepted(TcpTransport transport) => accepted(transport);

        public void OnAcceptError(int errno)
        {
        }
    }
}
