using System.CommandLine;
using System.Globalization;
using Linkerd.Charts.Values;
using Linkerd.Cli.Commands.Inject;
using Linkerd.Inject.Values;

namespace Linkerd.Cli.Commands.Install;

/// <summary>The flags that install and upgrade share. A flag that is not given changes nothing.</summary>
internal sealed class InstallFlags
{
    private static readonly string[] LogLevels = ["panic", "fatal", "error", "warn", "info", "debug", "trace"];

    private readonly Option<bool> _cni = new("--linkerd-cni-enabled") { Description = "Omit linkerd-init from pods: the linkerd-cni plugin redirects their traffic" };
    private readonly Option<string?> _logLevel = new("--controller-log-level") { Description = "Log level for the controllers" };
    private readonly Option<int?> _replicas = new("--controller-replicas") { Description = "Replicas of each controller" };
    private readonly Option<long?> _uid = new("--controller-uid") { Description = "Run the controllers under this user ID" };
    private readonly Option<long?> _gid = new("--controller-gid") { Description = "Run the controllers under this group ID" };
    private readonly Option<bool> _noUpgrade = new("--disable-h2-upgrade") { Description = "Prevents proxies from carrying HTTP/1 over HTTP/2 between each other" };
    private readonly Option<bool> _noHeartbeat = new("--disable-heartbeat") { Description = "No CronJob that sends a heartbeat, even with a heartbeatURL" };
    private readonly Option<bool?> _slices = new("--enable-endpoint-slices") { Description = "Read endpoints from EndpointSlices (default true)" };
    private readonly Option<string?> _lifetime = new("--identity-issuance-lifetime") { Description = "For how long certificates of proxies are valid, such as 24h0m0s" };
    private readonly Option<string?> _skew = new("--identity-clock-skew-allowance") { Description = "How far clocks may differ, such as 20s" };
    private readonly Option<string?> _anchors = new("--identity-trust-anchors-file") { Description = "A PEM file with the trust anchors" };
    private readonly Option<string?> _certificate = new("--identity-issuer-certificate-file") { Description = "A PEM file with the issuer's certificate" };
    private readonly Option<string?> _key = new("--identity-issuer-key-file") { Description = "A PEM file with the issuer's key" };
    private readonly ProxyFlags _proxy = new();

    /// <summary>Whether the values for high availability are laid over the defaults.</summary>
    public Option<bool> HighlyAvailable { get; } = new("--ha") { Description = "Three replicas on different nodes, disruption budgets, requests, and webhooks that fail closed" };

    /// <summary>Adds the flags.</summary>
    public void AddTo(Command command)
    {
        _logLevel.AcceptOnlyFromAmong(LogLevels);
        foreach (var option in (Option[])
            [HighlyAvailable, _cni, _logLevel, _replicas, _uid, _gid, _noUpgrade, _noHeartbeat, _slices, _lifetime, _skew, _anchors, _certificate, _key])
            command.Options.Add(option);
        _proxy.AddTo(command);
    }

    /// <summary>What the flags set, by the names of the chart's values.</summary>
    /// <exception cref="CliException">A file cannot be read.</exception>
    public ValueMap Values(ParseResult arguments)
    {
        var values = ProxyValues(arguments);
        Put(arguments.GetValue(_cni) ? true : null, "cniEnabled");
        Put(arguments.GetValue(_logLevel), "controllerLogLevel");
        Put((long?)arguments.GetValue(_replicas), "controllerReplicas");
        Put(arguments.GetValue(_uid), "controllerUID");
        Put(arguments.GetValue(_gid), "controllerGID");
        Put(arguments.GetValue(_noUpgrade) ? false : null, "enableH2Upgrade");
        Put(arguments.GetValue(_noHeartbeat) ? true : null, "disableHeartBeat");
        Put(arguments.GetValue(_slices), "enableEndpointSlices");
        Put(arguments.GetValue(_lifetime), "identity.issuer.issuanceLifetime");
        Put(arguments.GetValue(_skew), "identity.issuer.clockSkewAllowance");
        Put(Content(arguments, _anchors), "identityTrustAnchorsPEM");
        Put(Content(arguments, _certificate), "identity.issuer.tls.crtPEM");
        Put(Content(arguments, _key), "identity.issuer.tls.keyPEM");
        return values;

        void Put(object? value, string path)
        {
            if (value is not null)
                values.Put(path, value);
        }
    }

    private static string? Content(ParseResult arguments, Option<string?> option)
    {
        if (arguments.GetValue(option) is not { } path)
            return null;
        return File.Exists(path) ? File.ReadAllText(path) : throw new CliException($"{option.Name}: there is no file {path}");
    }

    // The proxy's flags are applied to the injector's defaults; what has changed is what they set.
    private ValueMap ProxyValues(ParseResult arguments)
    {
        var before = new InjectValues();
        var values = Difference(ValueMap.From(before.ToJson()), ValueMap.From(_proxy.Apply(arguments, before).ToJson()));
        var registry = _proxy.Registry(arguments);
        if (registry is null)
            return values;
        values.Put("controllerImage", registry + "/controller");
        values.Put("debugContainer.image.name", registry + "/debug");
        return values;
    }

    private static ValueMap Difference(ValueMap before, ValueMap after)
    {
        var changed = new ValueMap();
        foreach (var (key, value) in after)
        {
            var old = before.GetValueOrDefault(key);
            if (value is ValueMap inner && old is ValueMap was)
            {
                if (Difference(was, inner) is { Count: > 0 } nested)
                    changed[key] = nested;
            }
            else if (value is not List<object?> && !Equals(value, old))
            {
                changed[key] = value is double number && double.IsInteger(number) ? Convert.ToInt64(number, CultureInfo.InvariantCulture) : value;
            }
        }

        return changed;
    }
}
