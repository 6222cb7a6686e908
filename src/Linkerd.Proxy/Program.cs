using System.Runtime.InteropServices;
using Linkerd.Net;
using Linkerd.Proxy;
using Linkerd.Proxy.Config;
using Linkerd.Telemetry;

const int InvalidConfiguration = 64;

ProxyConfig config;
try
{
    config = ConfigLoader.Load(Environment.GetEnvironmentVariable, Environment.ProcessorCount);
}
catch (ConfigException exception)
{
    foreach (string fault in exception.Faults) Console.Error.WriteLine($"Invalid configuration: {fault}");
    return InvalidConfiguration;
}

var sink = new LogSink(Console.OpenStandardOutput(), config.LogFormat, config.LogFilter);
try
{
    ProcessLimits.RaiseDescriptorLimit();
    var app = new ProxyApp(config, sink, TimeProvider.System);
    using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(app, context));
    using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(app, context));
    return app.Run();
}
catch (Exception exception) when (exception is NetException or IOException or TlsException or Linkerd.Proxy.Identity.CertificateException)
{
    sink.For("linkerd_proxy").Error($"Failed to start: {exception.Message}");
    return 1;
}

static void Stop(ProxyApp app, PosixSignalContext context)
{
    context.Cancel = true;
    app.Shutdown();
}
