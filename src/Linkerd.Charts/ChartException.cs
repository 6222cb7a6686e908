namespace Linkerd.Charts;

/// <summary>A chart, its values or its templates are wrong; the message names the place and what is wrong with it.</summary>
public sealed class ChartException : Exception
{
    public ChartException()
    {
    }

    public ChartException(string message)
        : base(message)
    {
    }

    public ChartException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
