namespace Linkerd.Proxy.Stack;

/// <summary>Tells failures from successes by status, as a service profile's response classes do.</summary>
public interface IResponseClassifier
{
    /// <summary>Whether an answer is a failure; null leaves it to the usual rules.</summary>
    bool? IsFailure(int status);
}
