namespace Linkerd.Http;

/// <summary>16 KiB of held-back body.</summary>
internal sealed class Segment
{
    public const int Size = 16 * 1024;

    public byte[] Data { get; } = new byte[Size];

    public int Start { get; set; }

    public int End { get; set; }

    public Segment? Next { get; set; }
}
