using System.Text.Json.Nodes;
using Linkerd.Controller.Common.Reading;
using Linkerd.Components.Webhooks;
using Linkerd.Controller.Destination.Reading;
using Microsoft.Extensions.Logging;

namespace Linkerd.Controller.SpValidator;

/// <summary>The validating webhook of ServiceProfiles.</summary>
internal sealed partial class SpValidatorComponent : IComponent
{
    public string Name => "sp-validator";

    public string Summary => "refuses ServiceProfiles that could not be used";

    public string Description => """
        A validating admission webhook (HTTPS, port 8443). A ServiceProfile that destination could not use is refused, with
        the field, its value and what to write instead.
        """;

    public void Declare(FlagSet flags)
    {
        flags.Add("addr", ":8443", "address of the webhook");
        flags.Add("admin-addr", ":9997", "address of the admin server");
        flags.Add("tls", "/var/run/linkerd/tls", "folder with tls.crt and tls.key of the webhook");
    }

    public async Task RunAsync(ComponentContext context, CancellationToken cancel)
    {
        var flags = context.Flags;
        var log = context.Logs.CreateLogger(Name);
        var certificate = WebhookCertificate.InFolder(flags.Required("tls"), context.Time);
        // What is missing is said at the start, not at the first profile.
        _ = certificate.Current;
        await using var admin = await AdminServer.StartAsync(context, flags.Listen("admin-addr"), static () => true, cancel);
        await using var server = await AdmissionServer.StartAsync(context, flags.Listen("addr"), certificate, (review, _) => Task.FromResult(Review(review)), cancel);
        Serving(log, server.Address.ToString());
        await Waiting.UntilAsync(cancel);
    }

    /// <summary>Answers a review of a ServiceProfile.</summary>
    /// <exception cref="FormatException">It is not an admission review.</exception>
    public static JsonObject Review(JsonObject review) => ValidationReview.Answer(review, static (_, _, resource) =>
    {
        try
        {
            ProfileReader.Read(resource);
            return null;
        }
        catch (InvalidResourceException e)
        {
            return e.Message;
        }
    });

    [LoggerMessage(70, LogLevel.Information, "serving the ServiceProfile webhook on {Address}")]
    private static partial void Serving(ILogger log, string address);
}
