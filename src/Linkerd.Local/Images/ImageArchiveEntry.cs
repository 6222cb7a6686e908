namespace Linkerd.Local.Images;

/// <summary>One image of an archive.</summary>
/// <param name="Digest">Digest of its configuration, <c>sha256:...</c>.</param>
/// <param name="Config">Path of the configuration.</param>
/// <param name="Layers">Paths of its layers, lowest first.</param>
/// <param name="Names">What it is called.</param>
internal sealed record ImageArchiveEntry(string Digest, string Config, IReadOnlyList<string> Layers, IReadOnlyList<string> Names);
