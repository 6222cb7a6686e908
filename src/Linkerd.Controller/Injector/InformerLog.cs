using Microsoft.Extensions.Logging;

namespace Linkerd.Controller.Injector;

internal static partial class InformerLog
{
    [LoggerMessage(10, LogLevel.Warning, "following the API server: {Reason}")]
    public static partial void Failed(ILogger log, string reason);
}
