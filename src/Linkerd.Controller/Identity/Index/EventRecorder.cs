using System.Threading.Channels;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;
using Microsoft.Extensions.Logging;

namespace Linkerd.Controller.Identity.Index;

/// <summary>
/// Tells people by Kubernetes events and the log. Events are a courtesy: they wait in a short queue, and are dropped when it
/// is full or the API server does not take them.
/// </summary>
internal sealed partial class EventRecorder(KubernetesClient client, string ns, TimeProvider time, ILogger log) : IIssuerEvents
{
    private readonly Channel<Event> _queue = Channel.CreateBounded<Event>(new BoundedChannelOptions(100) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Taken(string name, DateTimeOffset notAfter, bool first)
    {
        IssuerTaken(log, name, notAfter);
        if (!first)
            Record(Deployment(), "IssuerUpdated", "Normal", "Updated identity issuer");
    }

    public void Refused(string reason, bool hasIssuer)
    {
        IssuerRefused(log, reason);
        if (hasIssuer)
            Record(Deployment(), "IssuerUpdateSkipped", "Warning", "Skipping issuer update as the new one cannot be used: " + reason);
        else
            Record(Deployment(), "IssuerValidationFailed", "Warning", reason);
    }

    /// <summary>The issuer, good when it was taken, is so no longer.</summary>
    public void Invalid(string reason) => Record(Deployment(), "IssuerValidationFailed", "Warning", reason);

    /// <summary>A leaf was signed.</summary>
    public void Issued(string accountNamespace, string account, string identity, DateTimeOffset notAfter)
    {
        LeafIssued(log, identity, notAfter);
        var reference = new ObjectReference { Kind = "ServiceAccount", ApiVersion = "v1", Name = account, Namespace = accountNamespace };
        Record(reference, "IssuedLeafCertificate", "Normal", $"issued certificate for {identity} until {notAfter.UtcDateTime:yyyy-MM-dd HH:mm:ss} +0000 UTC");
    }

    /// <summary>Sends what waits, until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        await foreach (var value in _queue.Reader.ReadAllAsync(cancel))
        {
            try
            {
                await client.Resource(Resources.Events, value.Metadata.Namespace).CreateAsync(value, cancel: cancel);
            }
            catch (KubernetesException e)
            {
                EventFailed(log, value.Reason ?? "", e.Message);
            }
        }
    }

    private ObjectReference Deployment() => new() { Kind = "Deployment", ApiVersion = "apps/v1", Name = "linkerd-identity", Namespace = ns };

    private void Record(ObjectReference about, string reason, string type, string message)
    {
        var now = time.GetUtcNow();
        _queue.Writer.TryWrite(new Event
        {
            Metadata = new ObjectMeta { Namespace = about.Namespace, GenerateName = about.Name + "." },
            InvolvedObject = about,
            Reason = reason,
            Type = type,
            Message = message.Length > 1000 ? message[..1000] : message,
            Source = new EventSource { Component = "linkerd-identity" },
            FirstTimestamp = now,
            LastTimestamp = now,
            Count = 1,
        });
    }

    [LoggerMessage(30, LogLevel.Information, "identity issuer {Issuer} is in force until {NotAfter}")]
    private static partial void IssuerTaken(ILogger log, string issuer, DateTimeOffset notAfter);

    [LoggerMessage(31, LogLevel.Error, "the identity issuer cannot be used: {Reason}")]
    private static partial void IssuerRefused(ILogger log, string reason);

    [LoggerMessage(32, LogLevel.Information, "issued certificate for {Identity} until {NotAfter}")]
    private static partial void LeafIssued(ILogger log, string identity, DateTimeOffset notAfter);

    [LoggerMessage(33, LogLevel.Debug, "event {EventReason} was not recorded: {Reason}")]
    private static partial void EventFailed(ILogger log, string eventReason, string reason);
}
