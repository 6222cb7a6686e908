using Linkerd.Proxy.Connect;
using Linkerd.Proxy.Detect;
using Linkerd.Proxy.Tcp;

namespace Linkerd.Proxy.Stack;

/// <summary>What the stacks of one worker are built from.</summary>
public sealed record WorkerServices(IProtocolDetector Detector, IConnector Connector, ITcpRelay Relay, IHttpServerFactory HttpServers, IHttpClientFactory HttpClients);
