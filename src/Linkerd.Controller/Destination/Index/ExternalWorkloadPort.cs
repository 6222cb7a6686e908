namespace Linkerd.Controller.Destination.Index;

/// <summary>A port of an ExternalWorkload.</summary>
/// <param name="Name">Its name, empty for none.</param>
/// <param name="Number">1 to 65535.</param>
/// <param name="Protocol"><c>TCP</c>, <c>UDP</c> or <c>SCTP</c>.</param>
internal readonly record struct ExternalWorkloadPort(string Name, int Number, string Protocol);
