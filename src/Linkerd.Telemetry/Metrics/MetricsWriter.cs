using System.Buffers;
using System.Globalization;
using System.Text;

namespace Linkerd.Telemetry;

/// <summary>Writes the Prometheus text format, version 0.0.4.</summary>
public sealed class MetricsWriter(IBufferWriter<byte> output)
{
    /// <summary>Starts a family: its HELP and TYPE lines. Line feeds and backslashes of the help text are escaped.</summary>
    public void Family(string name, string help, string type)
    {
        Raw("# HELP ");
        Raw(name);
        Raw(" ");
        Raw(help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal));
        Raw("\n# TYPE ");
        Raw(name);
        Raw(" ");
        Raw(type);
        Raw("\n");
    }

    /// <summary>Starts a family: its HELP and TYPE lines.</summary>
    public void Family(MetricDescription description)
    {
        ArgumentNullException.ThrowIfNull(description);
        Family(description.Name, description.Help, description.Type);
    }

    /// <summary>Writes one sample.</summary>
    public void Sample(string name, string labels, long value)
    {
        Start(name, string.Empty, labels, null);
        Number(value);
    }

    /// <summary>Writes one sample.</summary>
    public void Sample(string name, string labels, double value)
    {
        Start(name, string.Empty, labels, null);
        Number(value);
    }

    /// <summary>A family with a single gauge.</summary>
    public void Gauge(string name, string help, double value, string labels = "")
    {
        Family(name, help, "gauge");
        Sample(name, labels, value);
    }

    /// <summary>A family with a single counter.</summary>
    public void Counter(string name, string help, double value, string labels = "")
    {
        Family(name, help, "counter");
        Sample(name, labels, value);
    }

    /// <summary>How a number is written: whole ones without a point, <c>+Inf</c>, <c>-Inf</c>, <c>NaN</c>.</summary>
    public static string Format(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    internal void Histogram(string name, string labels, double[] bounds, ReadOnlySpan<long> counts, double sum)
    {
        long total = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            total += counts[i];
            Start(name, "_bucket", labels, i < bounds.Length ? Format(bounds[i]) : "+Inf");
            Number(total);
        }

        Start(name, "_sum", labels, null);
        Number(sum);
        Start(name, "_count", labels, null);
        Number(total);
    }

    private void Start(string name, string suffix, string labels, string? bound)
    {
        Raw(name);
        Raw(suffix);
        if (labels.Length > 0 || bound is not null)
        {
            Raw("{");
            Raw(labels);
            if (bound is not null)
            {
                Raw(labels.Length > 0 ? ",le=\"" : "le=\"");
                Raw(bound);
                Raw("\"");
            }

            Raw("}");
        }

        Raw(" ");
    }

    private void Number(long value)
    {
        Span<byte> span = output.GetSpan(24);
        value.TryFormat(span, out int written, default, CultureInfo.InvariantCulture);
        span[written] = (byte)'\n';
        output.Advance(written + 1);
    }

    private void Number(double value)
    {
        Raw(Format(value));
        Raw("\n");
    }

    private void Raw(string text)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        output.Advance(Encoding.UTF8.GetBytes(text, output.GetSpan(length)));
    }
}
