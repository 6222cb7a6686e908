namespace Linkerd.Stats.Query;

/// <summary>A query is not in the part of PromQL that the embedded source evaluates.</summary>
public sealed class QuerySyntaxException : Exception
{
    public QuerySyntaxException()
    {
    }

    public QuerySyntaxException(string message)
        : base(message)
    {
    }

    public QuerySyntaxException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
