using System.CommandLine;
using System.Globalization;
using Linkerd.Inject.Values;

namespace Linkerd.Cli.Commands.Inject;

/// <summary>The flags that configure proxies, shared by inject and install. A flag that is not given changes nothing.</summary>
public sealed class ProxyFlags
{
    private static readonly string[] Policies =
        ["all-authenticated", "all-unauthenticated", "cluster-authenticated", "cluster-unauthenticated", "deny", "audit"];

    private readonly Option<string?> _image = new("--proxy-image") { Description = "Linkerd proxy container image name" };
    private readonly Option<string?> _version = new("--proxy-version", "-v") { Description = "Tag to be used for the Linkerd proxy images (deprecated: set it with the image)" };
    private readonly Option<string?> _registry = new("--registry") { Description = "Docker registry to pull images from ($LINKERD_DOCKER_REGISTRY)" };
    private readonly Option<string?> _pullPolicy = new("--image-pull-policy") { Description = "Docker image pull policy" };
    private readonly Option<int?> _inbound = new("--inbound-port") { Description = "Proxy port to use for inbound traffic" };
    private readonly Option<int?> _outbound = new("--outbound-port") { Description = "Proxy port to use for outbound traffic" };
    private readonly Option<int?> _control = new("--control-port") { Description = "Proxy port to use for control" };
    private readonly Option<int?> _admin = new("--admin-port") { Description = "Proxy port to serve metrics on" };
    private readonly Option<string?> _skipInbound = new("--skip-inbound-ports") { Description = "Ports and/or port ranges (inclusive) that should skip the proxy and send directly to the application" };
    private readonly Option<string?> _skipOutbound = new("--skip-outbound-ports") { Description = "Outbound ports and/or port ranges (inclusive) that should skip the proxy" };
    private readonly Option<string?> _opaque = new("--opaque-ports") { Description = "Set opaque ports on the proxy" };
    private readonly Option<long?> _uid = new("--proxy-uid") { Description = "Run the proxy under this user ID" };
    private readonly Option<long?> _gid = new("--proxy-gid") { Description = "Run the proxy under this group ID" };
    private readonly Option<string?> _logLevel = new("--proxy-log-level") { Description = "Log level for the proxy" };
    private readonly Option<string?> _cpuRequest = new("--proxy-cpu-request") { Description = "Amount of CPU units that the proxy sidecar requests" };
    private readonly Option<string?> _cpuLimit = new("--proxy-cpu-limit") { Description = "Maximum amount of CPU units that the proxy sidecar can use; also sets its worker threads" };
    private readonly Option<string?> _memoryRequest = new("--proxy-memory-request") { Description = "Amount of Memory that the proxy sidecar requests" };
    private readonly Option<string?> _memoryLimit = new("--proxy-memory-limit") { Description = "Maximum amount of Memory that the proxy sidecar can use" };
    private readonly Option<string?> _cpu = new("--proxy-cpu") { Description = "Deprecated: use --proxy-cpu-request", Hidden = true };
    private readonly Option<string?> _memory = new("--proxy-memory") { Description = "Deprecated: use --proxy-memory-request", Hidden = true };
    private readonly Option<bool?> _external = new("--enable-external-profiles") { Description = "Enable service profiles for non-Kubernetes services" };
    private readonly Option<string?> _policy = new("--default-inbound-policy") { Description = "Inbound policy to use to control inbound access to the proxy" };
    private readonly Option<string?> _accessLog = new("--access-log") { Description = "Enable HTTP access logging on proxies: apache or json" };
    private readonly Option<string?> _gracePeriod = new("--shutdown-grace-period") { Description = "Grace period for graceful proxy shutdowns" };
    private readonly Option<bool?> _native = new("--native-sidecar") { Description = "Enable native sidecar (Kubernetes 1.29 or newer)" };
    private readonly Option<long?> _wait = new("--wait-before-exit-seconds") { Description = "The period during which the proxy sidecar must stay alive while its pod is terminating" };
    private readonly Option<string?> _identityPorts = new("--require-identity-on-inbound-ports") { Description = "Inbound ports on which the proxy should require identity" };
    private readonly Option<bool> _ingress = new("--ingress") { Description = "Enable ingress mode in the linkerd proxy" };

    /// <summary>Adds the flags to <paramref name="command"/>, with their validation.</summary>
    public void AddTo(Command command)
    {
        _policy.AcceptOnlyFromAmong(Policies);
        _accessLog.AcceptOnlyFromAmong("apache", "json");
        _pullPolicy.AcceptOnlyFromAmong("Always", "IfNotPresent", "Never");
        foreach (var port in (Option<int?>[])[_inbound, _outbound, _control, _admin])
        {
            port.Validators.Add(result =>
            {
                if (result.GetValueOrDefault<int?>() is { } p and (< 1 or > 65535))
                    result.AddError($"{result.Option.Name}: {p} is not a port: it must be between 1 and 65535");
            });
        }

        foreach (var option in (Option[])
            [_image, _version, _registry, _pullPolicy, _inbound, _outbound, _control, _admin, _skipInbound, _skipOutbound, _opaque, _uid, _gid, _logLevel,
                _cpuRequest, _cpuLimit, _memoryRequest, _memoryLimit, _cpu, _memory, _external, _policy, _accessLog, _gracePeriod, _native, _wait, _identityPorts, _ingress])
            command.Options.Add(option);
    }

    /// <summary>What to say about given flags that have other names now.</summary>
    public IEnumerable<string> Deprecations(ParseResult arguments) =>
        new (Option Flag, string Instead)[] { (_cpu, "--proxy-cpu-request"), (_memory, "--proxy-memory-request"), (_version, "--proxy-image") }
            .Where(f => arguments.GetResult(f.Flag) is { Implicit: false })
            .Select(f => $"Flag {f.Flag.Name} has been deprecated, use {f.Instead} instead");

    /// <summary>The registry that images are pulled from: the flag, else $LINKERD_DOCKER_REGISTRY; null is the default one.</summary>
    public string? Registry(ParseResult arguments)
    {
        var registry = arguments.GetValue(_registry) ?? Environment.GetEnvironmentVariable("LINKERD_DOCKER_REGISTRY");
        return string.IsNullOrEmpty(registry) ? null : registry.TrimEnd('/');
    }

    /// <summary><paramref name="values"/> with the given flags applied.</summary>
    public InjectValues Apply(ParseResult arguments, InjectValues values)
    {
        var proxy = values.Proxy;
        var image = arguments.GetValue(_image) ?? (Registry(arguments) is { } registry ? registry + "/proxy" : proxy.Image.Name);
        return values with
        {
            ProxyInit = values.ProxyInit with
            {
                IgnoreInboundPorts = arguments.GetValue(_skipInbound) ?? values.ProxyInit.IgnoreInboundPorts,
                IgnoreOutboundPorts = arguments.GetValue(_skipOutbound) ?? values.ProxyInit.IgnoreOutboundPorts,
            },
            Proxy = proxy with
            {
                Image = proxy.Image with
                {
                    Name = image,
                    Version = arguments.GetValue(_version) ?? proxy.Image.Version,
                    PullPolicy = arguments.GetValue(_pullPolicy) ?? proxy.Image.PullPolicy,
                },
                Ports = new PortValues
                {
                    Inbound = arguments.GetValue(_inbound) ?? proxy.Ports.Inbound,
                    Outbound = arguments.GetValue(_outbound) ?? proxy.Ports.Outbound,
                    Control = arguments.GetValue(_control) ?? proxy.Ports.Control,
                    Admin = arguments.GetValue(_admin) ?? proxy.Ports.Admin,
                },
                OpaquePorts = arguments.GetValue(_opaque) ?? proxy.OpaquePorts,
                Uid = arguments.GetValue(_uid) ?? proxy.Uid,
                Gid = arguments.GetValue(_gid) ?? proxy.Gid,
                LogLevel = arguments.GetValue(_logLevel) ?? proxy.LogLevel,
                Cores = Workers(arguments.GetValue(_cpuLimit) ?? CpuRequest(arguments)) ?? proxy.Cores,
                Resources = proxy.Resources with
                {
                    Cpu = Merge(proxy.Resources.Cpu, CpuRequest(arguments), arguments.GetValue(_cpuLimit)),
                    Memory = Merge(proxy.Resources.Memory, arguments.GetValue(_memoryRequest) ?? arguments.GetValue(_memory), arguments.GetValue(_memoryLimit)),
                },
                EnableExternalProfiles = arguments.GetValue(_external) ?? proxy.EnableExternalProfiles,
                DefaultInboundPolicy = arguments.GetValue(_policy) ?? proxy.DefaultInboundPolicy,
                AccessLog = arguments.GetValue(_accessLog) ?? proxy.AccessLog,
                ShutdownGracePeriod = arguments.GetValue(_gracePeriod) ?? proxy.ShutdownGracePeriod,
                NativeSidecar = arguments.GetValue(_native) ?? proxy.NativeSidecar,
                WaitBeforeExitSeconds = arguments.GetValue(_wait) ?? proxy.WaitBeforeExitSeconds,
                RequireIdentityOnInboundPorts = arguments.GetValue(_identityPorts) ?? proxy.RequireIdentityOnInboundPorts,
                IsIngress = arguments.GetValue(_ingress) || proxy.IsIngress,
            },
        };
    }

    private string? CpuRequest(ParseResult arguments) => arguments.GetValue(_cpuRequest) ?? arguments.GetValue(_cpu);

    private static RequestAndLimit Merge(RequestAndLimit current, string? request, string? limit) =>
        new() { Request = request ?? current.Request, Limit = limit ?? current.Limit };

    /// <summary>A CPU quantity as whole worker threads, rounded up.</summary>
    private static long? Workers(string? cpu)
    {
        if (cpu is null)
            return null;
        var milli = cpu.EndsWith('m');
        return decimal.TryParse(milli ? cpu[..^1] : cpu, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value > 0
            ? (long)Math.Ceiling(milli ? value / 1000 : value)
            : throw new CliException($"'{cpu}' is not an amount of CPU, such as 500m or 1");
    }
}
