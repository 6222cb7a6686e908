namespace Linkerd.Stats.Store;

/// <summary>
/// The samples of one series: the block that is being filled, packed blocks in full resolution, packed blocks of one sample per minute.
/// Positions are those of the target's <see cref="Timeline"/>.
/// </summary>
internal sealed class StoredSeries(string metric, LabelSet labels, int blockScrapes)
{
    private readonly List<byte[]?> _fine = [];
    private readonly List<byte[]?> _coarse = [];
    private byte[]? _filling;
    private readonly double[] _open = NewOpen(blockScrapes);

    public string Metric { get; } = metric;

    public LabelSet Labels { get; } = labels;

    public void Set(int slot, double value) => _open[slot] = value;

    /// <summary>Packs the open block. Of a series younger than older blocks these are absent.</summary>
    public void Seal(int fineBlocks)
    {
        while (_fine.Count < fineBlocks)
            _fine.Add(null);
        _fine.Add(SampleCodec.Pack(_open));
        Array.Fill(_open, double.NaN);
    }

    /// <summary>Takes the oldest fine block out and adds its samples at <paramref name="picked"/> to the coarse block that is being filled.</summary>
    public void Coarsen(ReadOnlySpan<(int From, int To)> picked, int alreadyFilled, Span<double> scratch)
    {
        var fine = scratch[..blockScrapes];
        SampleCodec.Unpack(_fine[0], fine);
        _fine.RemoveAt(0);
        var filled = scratch.Slice(blockScrapes, alreadyFilled + picked.Length);
        SampleCodec.Unpack(_filling, filled[..alreadyFilled]);
        for (var i = 0; i < picked.Length; i++)
            filled[alreadyFilled + i] = Last(fine[picked[i].From..picked[i].To]);
        _filling = SampleCodec.Pack(filled);
    }

    /// <summary>Starts the next coarse block.</summary>
    public void SealCoarse(int coarseBlocks)
    {
        while (_coarse.Count < coarseBlocks)
            _coarse.Add(null);
        _coarse.Add(_filling);
        _filling = null;
    }

    public void DropOldestCoarse()
    {
        if (_coarse.Count > 0)
            _coarse.RemoveAt(0);
    }

    /// <summary>Whether no sample is left.</summary>
    public bool IsSilent() =>
        _filling is null && _fine.TrueForAll(static b => b is null) && _coarse.TrueForAll(static b => b is null) && Array.TrueForAll(_open, double.IsNaN);

    public void ReadOpen(Span<double> into) => _open.AsSpan(0, into.Length).CopyTo(into);

    public void ReadFine(int block, Span<double> into) => SampleCodec.Unpack(block < _fine.Count ? _fine[block] : null, into);

    public void ReadCoarse(int block, Span<double> into) => SampleCodec.Unpack(block < _coarse.Count ? _coarse[block] : null, into);

    public void ReadFilling(Span<double> into) => SampleCodec.Unpack(_filling, into);

    private static double Last(ReadOnlySpan<double> samples)
    {
        for (var i = samples.Length - 1; i >= 0; i--)
        {
            if (!double.IsNaN(samples[i]))
                return samples[i];
        }

        return double.NaN;
    }

    private static double[] NewOpen(int length)
    {
        var open = new double[length];
        Array.Fill(open, double.NaN);
        return open;
    }
}
