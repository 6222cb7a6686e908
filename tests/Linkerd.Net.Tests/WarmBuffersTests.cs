using Linkerd.Net;
using Linkerd.Testing;

namespace Linkerd.Net.Tests;

/// <summary>A busy TLS connection keeps OpenSSL's buffers between records; an idle one, and one too many, does not.</summary>
public sealed class WarmBuffersTests
{
    private const int Trips = 400;

    [Fact]
    public async Task A_busy_connection_keeps_its_buffers_until_it_is_idle()
    {
        using var world = new World();
        Player player = await world.OpenAsync();
        await world.PlayAsync([player]);
        Assert.True(player.WasWarm);
        await world.CooledAsync();
        Assert.False(await world.Harness.On(() => player.Transport.IsWarm));

        // And again, from the cold.
        await world.PlayAsync([player]);
        Assert.True(player.WasWarm);
    }

    [Fact]
    public async Task Only_so_many_keep_their_buffers_at_once()
    {
        using var world = new World();
        var players = new List<Player>();
        for (int i = 0; i < WarmTable.Capacity; i++) players.Add(await world.OpenAsync());
        await world.PlayAsync(players);

        // Both ends are on the loop: twice as many would like to.
        Assert.InRange(players.Max(p => p.MostWarm), 1, WarmTable.Capacity);
        await world.CooledAsync();
    }

    [Fact]
    public async Task A_connection_that_ends_leaves_the_table()
    {
        using var world = new World();
        Player player = await world.OpenAsync();
        await world.PlayAsync([player], last: true);
        await world.CooledAsync();
    }

    [Fact]
    public async Task What_is_sent_before_and_after_the_release_arrives_whole()
    {
        using var world = new World();
        Player player = await world.OpenAsync();
        await world.PlayAsync([player]);

        byte[] sent = [.. Enumerable.Range(0, 60_000).Select(i => (byte)i)];
        await world.Harness.On(() =>
        {
            player.Expect(sent.Length);
            player.Transport.Write(sent.AsSpan(0, 30_000));
        });
        await world.CooledAsync();
        await world.Harness.On(() => player.Transport.Write(sent.AsSpan(30_000)));
        Assert.Equal(sent, await player.Echoed.WaitAsync(Harness.Limit));
    }

    private sealed class World : IDisposable
    {
        private readonly TlsKit _kit = new();
        private readonly TlsServerContext _server;
        private readonly TlsClientContext _client;
        private readonly TlsEnd _serving;

        public World()
        {
            _server = _kit.ServerContext();
            _client = TlsClientContext.Create(_kit.Material(_kit.Client));
            _serving = _kit.Serve(Harness, _server);
        }

        public Harness Harness { get; } = new();

        public async Task<Player> OpenAsync()
        {
            TlsEnd end = await TlsEnd.ConnectAsync(Harness, _serving.Listener.LocalAddress, _client, new TlsClientOptions { ExpectedIdentity = TlsKit.ServerIdentity });
            var transport = (TlsTransport)(await end.Completed).Transport;
            return await Harness.On(() => new Player(transport));
        }

        public async Task PlayAsync(IReadOnlyList<Player> players, bool last = false)
        {
            await Harness.On(() =>
            {
                foreach (Player player in players) player.Play(last);
            });
            foreach (Player player in players) await player.Done.WaitAsync(Harness.Limit);
        }

        /// <summary>Nobody keeps anything any more.</summary>
        public Task CooledAsync() => Eventually.TrueAsync(() => Harness.Loop.Warm.Count == 0, "the table of busy connections is empty");

        public void Dispose()
        {
            Harness.Dispose();
            _server.Dispose();
            _client.Dispose();
            _kit.Dispose();
        }
    }

    /// <summary>Sends a byte, waits for its echo, and so on.</summary>
    private sealed class Player : ITransportHandler
    {
        private readonly List<byte> _echo = [];
        private TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TaskCompletionSource<byte[]>? _echoed;
        private int _expected;
        private int _left;
        private bool _last;

        public Player(TlsTransport transport)
        {
            Transport = transport;
            transport.Handler = this;
        }

        public TlsTransport Transport { get; }

        public Task Done => _done.Task;

        public Task<byte[]> Echoed => _echoed!.Task;

        public bool WasWarm { get; private set; }

        public int MostWarm { get; private set; }

        public void Play(bool last)
        {
            _last = last;
            _left = Trips;
            WasWarm = false;
            _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Transport.Write("x"u8);
        }

        public void Expect(int count)
        {
            _expected = count;
            _echoed = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        public int OnData(ReadOnlySpan<byte> data)
        {
            if (_echoed is not null)
            {
                _echo.AddRange(data);
                if (_echo.Count == _expected) _echoed.SetResult([.. _echo]);
                return data.Length;
            }

            WasWarm |= Transport.IsWarm;
            MostWarm = Math.Max(MostWarm, Transport.Loop.Warm.Count);
            if (--_left > 0)
            {
                Transport.Write("x"u8);
                return data.Length;
            }

            if (_last) Transport.Close();
            _done.SetResult();
            return data.Length;
        }

        public void OnReadClosed()
        {
        }

        public void OnDrained()
        {
        }

        public void OnClosed(TransportFault fault)
        {
        }
    }
}
