namespace Linkerd.ControlPlane.Benchmark;

/// <summary>What is asked of one component, what is changed, and what is to be heard of it.</summary>
internal interface IComponentRun
{
    /// <summary>The component's name on the command line.</summary>
    string Name { get; }

    /// <summary>What a change is, in words.</summary>
    string Change { get; }

    /// <summary>From a change's write to each message about it.</summary>
    Latencies Heard { get; }

    /// <summary>From a change's write to the API server's answer.</summary>
    Latencies Written { get; }

    /// <summary>How many messages one change brings, all streams together.</summary>
    int ListenersOfAChange { get; }

    /// <summary>Its arguments.</summary>
    IReadOnlyList<string> Arguments(int port, int admin);

    /// <summary>Opens the streams of all proxies; returns how many.</summary>
    int Open(ProxyStreams streams);

    /// <summary>Makes one change.</summary>
    Task ChangeAsync();
}
