namespace Linkerd.Init.Cni.Plugin;

/// <summary>Codes of the CNI specification; from 100 on they are the plugin's own.</summary>
internal static class CniErrorCode
{
    /// <summary>The configuration is of a version that the plugin does not speak.</summary>
    public const int IncompatibleVersion = 1;

    /// <summary>An environment variable is missing or wrong.</summary>
    public const int InvalidEnvironment = 4;

    /// <summary>Input could not be read.</summary>
    public const int InputOutput = 5;

    /// <summary>Input is not JSON.</summary>
    public const int Undecodable = 6;

    /// <summary>A field of the configuration is missing or wrong.</summary>
    public const int InvalidConfiguration = 7;

    /// <summary>The runtime should try again later.</summary>
    public const int TryAgainLater = 11;

    /// <summary>iptables failed in the pod's network namespace.</summary>
    public const int Firewall = 100;

    /// <summary>The API server refused, or does not know the pod.</summary>
    public const int Refused = 101;

    /// <summary>The node lacks a library that the plugin needs.</summary>
    public const int MissingLibrary = 102;

    /// <summary>Anything else.</summary>
    public const int Internal = 999;
}
