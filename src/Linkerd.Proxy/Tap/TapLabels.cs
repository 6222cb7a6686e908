using Linkerd.Proxy.Wire;

namespace Linkerd.Proxy.Tap;

/// <summary>Labels of a route as tap tells and matches them; encoded once.</summary>
public sealed class TapLabels
{
    public TapLabels(IReadOnlyList<KeyValuePair<string, string>> labels)
    {
        Labels = labels;
        Encoded = ProtoBuffer.ToArray(buffer => TapEvents.Labels(buffer, 7, labels));
    }

    public IReadOnlyList<KeyValuePair<string, string>> Labels { get; }

    /// <summary>Field 7 of TapEvent.</summary>
    internal byte[] Encoded { get; }
}
