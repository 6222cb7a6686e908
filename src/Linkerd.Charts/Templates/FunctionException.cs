namespace Linkerd.Charts.Templates;

/// <summary>A function cannot do its work; the evaluator adds the place.</summary>
internal sealed class FunctionException : Exception
{
    public FunctionException()
    {
    }

    public FunctionException(string message)
        : base(message)
    {
    }

    public FunctionException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
