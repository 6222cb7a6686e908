namespace Linkerd.Proxy.Config;

/// <summary>The environment is not valid; every fault is listed.</summary>
public sealed class ConfigException : Exception
{
    public ConfigException()
    {
    }

    public ConfigException(string message)
        : base(message)
    {
    }

    public ConfigException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public ConfigException(IReadOnlyList<string> faults)
        : base(string.Join('\n', faults)) => Faults = faults;

    /// <summary>One line each: variable, value, what is expected.</summary>
    public IReadOnlyList<string> Faults { get; } = [];
}
