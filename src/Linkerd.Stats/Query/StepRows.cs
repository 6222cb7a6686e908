using System.Collections;

namespace Linkerd.Stats.Query;

/// <summary>
/// Rows as they are found, tens of thousands of them: values lie in shared buffers and rows in chunks, all too small for the large object heap,
/// whose growth would make every question collect the whole store.
/// </summary>
internal sealed class StepRows(int steps) : IReadOnlyList<StepSeries>
{
    private const int ChunkRows = 1024;
    private const int BufferValues = 4096;

    private readonly List<StepSeries[]> _chunks = [];
    private double[] _buffer = [];
    private int _used;

    public int Count { get; private set; }

    public StepSeries this[int index] => _chunks[index / ChunkRows][index % ChunkRows];

    /// <summary>Where the next row's values go; <see cref="Commit"/> makes them a row, asking again forgets them.</summary>
    public Span<double> Next()
    {
        if (_buffer.Length - _used < steps)
            (_buffer, _used) = (new double[Math.Max(steps, BufferValues)], 0);
        return _buffer.AsSpan(_used, steps);
    }

    /// <summary>Makes a row of what was written to <see cref="Next"/>.</summary>
    public void Commit(LabelSet labels)
    {
        if (Count % ChunkRows == 0)
            _chunks.Add(new StepSeries[ChunkRows]);
        _chunks[^1][Count++ % ChunkRows] = new StepSeries(labels, _buffer, _used, steps);
        _used += steps;
    }

    public IEnumerator<StepSeries> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
