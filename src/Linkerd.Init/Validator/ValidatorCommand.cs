using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Linkerd.Init.Flags;
using Linkerd.Init.Logging;

namespace Linkerd.Init.Validator;

/// <summary>
/// linkerd2-network-validator: connects to an address outside and succeeds only when its own listener answers, which
/// proves that outbound connections are redirected to the proxy's port.
/// </summary>
internal sealed class ValidatorCommand
{
    /// <summary>What the CNI repair controller looks for.</summary>
    public const int NotRedirected = 95;

    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    private readonly InitLog _log = new(Console.Error, TimeProvider.System);
    private IPEndPoint _listen = new(IPAddress.Any, 4140);
    private IPEndPoint _connect = new(IPAddress.Parse("192.0.2.2"), 1404);
    private TimeSpan _timeout = TimeSpan.FromSeconds(10);

    private ValidatorCommand()
    {
        if (Environment.GetEnvironmentVariable("LINKERD_NETWORK_VALIDATOR_LOG_LEVEL") is { Length: > 0 } level)
            _log.TrySetLevel(level);
        if (Environment.GetEnvironmentVariable("LINKERD_NETWORK_VALIDATOR_LOG_FORMAT") is { Length: > 0 } format)
            _log.SetFormat(format);
    }

    public static int Run(string[] args)
    {
        var command = new ValidatorCommand();
        var flags = command.Flags();
        if (args.Any(a => a is "-h" or "--help"))
        {
            Console.Out.Write(flags.Help());
            return 0;
        }
        try
        {
            flags.Parse(args);
        }
        catch (FlagException e)
        {
            Console.Error.WriteLine($"error: {e.Message}");
            return Dispatcher.UsageError;
        }
        return command.Validate();
    }

    private FlagSet Flags() => new FlagSet("linkerd2-network-validator", "Proves that connections are redirected to the proxy.")
        .Text("log-format", '\0', "plain or json [LINKERD_NETWORK_VALIDATOR_LOG_FORMAT]", _log.SetFormat)
        .Text("log-level", '\0', "debug, info, warn or error [LINKERD_NETWORK_VALIDATOR_LOG_LEVEL]", v => _log.TrySetLevel(v))
        .Text("connect-addr", '\0', "Address to connect to (default 192.0.2.2:1404)", v => _connect = Address(v))
        .Text("listen-addr", '\0', "Address to which connections should be redirected (default 0.0.0.0:4140)", v => _listen = Address(v))
        .Duration("timeout", '\0', "Give up after this time (default 10s)", v => _timeout = v);

    private static IPEndPoint Address(string text) =>
        IPEndPoint.TryParse(text, out var address) && address.Port != 0 ? address : throw new FlagException("must be an address with a port, such as 1.1.1.1:20001");

    private int Validate()
    {
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Environment.Exit(Fail("Killed by SIGTERM")));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Environment.Exit(Fail("Killed by SIGINT")));
        var accepted = new List<Socket>();
        try
        {
            using var listener = new Socket(_listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(_listen);
            listener.Listen();
            _log.Info($"Listening for connections on {_listen}");
            using var client = new Socket(_connect.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            _log.Info($"Connecting to {_connect}");
            BeginConnect(client);
            return Exchange(listener, client, accepted);
        }
        catch (SocketException e)
        {
            return Fail($"Unable to connect to validator: {e.Message}. Please ensure iptables rules are rewriting traffic as expected.");
        }
        finally
        {
            accepted.ForEach(s => s.Dispose());
        }
    }

    /// <summary>Whoever connects gets a token that nobody else knows; our own client must be among them.</summary>
    private int Exchange(Socket listener, Socket client, List<Socket> accepted)
    {
        var started = Stopwatch.GetTimestamp();
        var token = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)) + "\n");
        var received = new List<byte>();
        var buffer = new byte[token.Length];
        while (Wait(listener, client, started) is { Count: > 0 } ready)
        {
            if (ready.Contains(listener))
            {
                var server = listener.Accept();
                accepted.Add(server);
                _log.Debug($"Accepted {server.RemoteEndPoint}");
                server.Send(token);
                server.Shutdown(SocketShutdown.Send);
            }
            if (!ready.Contains(client))
                continue;
            var count = client.Receive(buffer);
            received.AddRange(buffer.AsSpan(0, count));
            if (count > 0 && received.Count < token.Length)
                continue;
            if (!received.SequenceEqual(token))
                return Fail($"{_connect} was answered by another server than the validator's own. Please ensure traffic redirection rules are rewriting traffic as expected.");
            _log.Info("Validated");
            return 0;
        }
        // The address is meant to be unreachable: without the redirect nothing ever arrives here.
        return Fail($"Failed to validate networking configuration: no connection arrived within {_timeout.TotalSeconds:0.###}s. Please ensure traffic redirection rules are rewriting traffic as expected.");
    }

    /// <summary>The sockets that can be read, or have failed; none when the time is over.</summary>
    private List<Socket> Wait(Socket listener, Socket client, long started)
    {
        var ready = new List<Socket> { listener, client };
        var left = _timeout - Stopwatch.GetElapsedTime(started);
        if (left <= TimeSpan.Zero)
            return [];
        // Longer waits than select(2) takes are made of several.
        var step = left < LongestWait ? left : LongestWait;
        Socket.Select(ready, null, null, step);
        return ready.Count > 0 || step == left ? ready : Wait(listener, client, started);
    }

    private void BeginConnect(Socket client)
    {
        try
        {
            client.Connect(_connect);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            _log.Debug("connection is under way");
        }
    }

    private int Fail(string message)
    {
        _log.Error(message);
        return NotRedirected;
    }
}
