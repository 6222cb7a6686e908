namespace Linkerd.Telemetry;

internal static class Cells
{
    public static Cell Get(Cell?[] cells, int writer)
    {
        if (Volatile.Read(ref cells[writer]) is { } cell) return cell;
        var made = new Cell();
        return Interlocked.CompareExchange(ref cells[writer], made, null) ?? made;
    }

    public static long Sum(Cell?[] cells)
    {
        long sum = 0;
        foreach (ref Cell? cell in cells.AsSpan()) sum += Volatile.Read(ref cell)?.Value ?? 0;
        return sum;
    }
}
