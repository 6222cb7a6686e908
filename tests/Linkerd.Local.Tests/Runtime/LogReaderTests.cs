using System.Text;
using Linkerd.Local.Api;
using Linkerd.Local.Runtime;

namespace Linkerd.Local.Tests.Runtime;

/// <summary>What a client that follows a log is sent while the container goes on writing.</summary>
public sealed class LogReaderTests : IDisposable
{
    private const string Head = "2026-01-01T00:00:00.0000000Z stdout F ";
    private readonly string _folder = Directory.CreateTempSubdirectory("linkerd-log-").FullName;

    private string Log => Path.Combine(_folder, "0.log");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Bytes_that_are_no_text_are_passed_on_and_cost_no_later_line()
    {
        Append([0xff, 0xfe, 0xff]);
        Assert.Equal([0xff, 0xfe, 0xff, (byte)'\n', .. "second\n"u8], await FollowAsync(() => Append("second"u8.ToArray())));
    }

    [Fact]
    public async Task What_was_written_before_a_rotation_is_not_lost()
    {
        Append("first"u8.ToArray());
        var followed = await FollowAsync(() =>
        {
            Append("second"u8.ToArray());
            File.Move(Log, Log + ".1");
            Append("third"u8.ToArray());
        });
        Assert.Equal("first\nsecond\nthird\n", Encoding.UTF8.GetString(followed));
    }

    [Fact]
    public async Task The_last_lines_and_the_first_bytes_can_be_asked_for()
    {
        foreach (var line in (string[])["one", "two", "three"])
            Append(Encoding.UTF8.GetBytes(line));
        Assert.Equal("two\nth", Encoding.UTF8.GetString(await ReadAsync(Request with { TailLines = 2, LimitBytes = 6 }, static () => false)));
        Assert.Equal(Head[..29] + "three\n", Encoding.UTF8.GetString(await ReadAsync(Request with { TailLines = 1, Timestamps = true }, static () => false)));
    }

    private static PodLogRequest Request => new() { Pod = new PodReference("default", "p", "uid"), Container = "c" };

    // Between the first look at the log and the last, something happens.
    private Task<byte[]> FollowAsync(Action between)
    {
        var looks = 0;
        return ReadAsync(Request with { Follow = true }, () =>
        {
            if (looks++ == 1)
                between();
            return looks < 3;
        });
    }

    private async Task<byte[]> ReadAsync(PodLogRequest request, Func<bool> running)
    {
        using var output = new MemoryStream();
        await new LogReader(request, output).CopyAsync(Log, running, TestContext.Current.CancellationToken);
        return output.ToArray();
    }

    private void Append(byte[] line)
    {
        using var file = new FileStream(Log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        file.Write([.. Encoding.ASCII.GetBytes(Head), .. line, (byte)'\n']);
    }
}
