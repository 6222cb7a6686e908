namespace Linkerd.Local.Admission;

/// <summary>A webhook that could not be asked, or answered nonsense; whether that matters is its failure policy.</summary>
internal sealed class WebhookException(string message, Exception? inner = null) : Exception(message, inner);
