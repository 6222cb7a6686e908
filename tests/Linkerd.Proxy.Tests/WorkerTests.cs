using Linkerd.Http;
using Linkerd.Net.Tests;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests;

public sealed class WorkerTests
{
    [Fact]
    public async Task One_handlers_defect_does_not_end_the_time_limits_of_other_connections()
    {
        using var harness = new Harness { ExpectsErrors = true };
        int errors = 0;
        harness.Loop.UnhandledException += _ => Interlocked.Increment(ref errors);
        Worker worker = await harness.On(() => new Worker(0, harness.Loop));
        Peer faulty = await harness.On(() => new Peer(worker, static () => throw new InvalidOperationException("a defect")));
        await Eventually.TrueAsync(() => Volatile.Read(ref errors) == 1, "the defect");
        Peer other = await harness.On(() => new Peer(worker, static () => { }));
        await Eventually.TrueAsync(() => other.IsFinished, "the end of the other connection");
        Assert.True(faulty.IsFinished);
    }

    /// <summary>A connection whose client sends half a head.</summary>
    private sealed class Peer : IByteOutput, IHttpSessionOwner, IHttpServer
    {
        private readonly Action _finished;
        private volatile bool _isFinished;

        public Peer(Worker worker, Action finished)
        {
            _finished = finished;
            var session = new Http1ServerSession(worker.Http, new Http1Limits { HeadTimeout = 100 }, this, this, this);
            session.Start();
            session.Receive("GET / HT"u8);
        }

        public bool IsFinished => _isFinished;

        public long Pending => 0;

        public long Drained => 0;

        public Span<byte> GetSpan(int sizeHint) => new byte[sizeHint];

        public void Advance(int count)
        {
        }

        public void Write(ReadOnlySpan<byte> data)
        {
        }

        public IHttpStreamHandler OnStream(HttpStream stream) => throw new NotSupportedException();

        public void OnReceiveResumed(HttpSession session)
        {
        }

        public void OnSendEnded(HttpSession session)
        {
        }

        public void OnFinished(HttpSession session, in HttpFault fault)
        {
            _isFinished = true;
            _finished();
        }

        public void OnStateChanged(HttpSession session)
        {
        }

        public void OnPong(HttpSession session, ulong opaque)
        {
        }
    }
}
