using System.Runtime.CompilerServices;
using Linkerd.Testing;

namespace Linkerd.Controller.Tests.Common;

public sealed class IdleMemoryTests
{
    [Fact]
    public async Task Old_garbage_of_a_quiet_component_is_collected()
    {
        var clock = new HandClock();
        using var memory = IdleMemory.Start(clock);
        var garbage = Leave();

        // Only a full collection finds what has grown old; other tests may be allocating, so that some looks are not quiet.
        await Eventually.TrueAsync(() =>
        {
            clock.Tick();
            return !garbage.IsAlive;
        });
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Leave()
    {
        var block = new byte[16 * 1024 * 1024];
        GC.Collect();
        GC.Collect();
        Assert.Equal(GC.MaxGeneration, GC.GetGeneration(block));
        return new WeakReference(block);
    }

    /// <summary>A clock whose one timer is due when a test says so.</summary>
    private sealed class HandClock : TimeProvider, ITimer
    {
        private Action _due = static () => { };

        public void Tick() => _due();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _due = () => callback(state);
            return this;
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
