using System.Globalization;
using System.Text;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Cli.Commands.Rotate;

/// <summary>A rotation that has begun: kept in a Secret of the control plane's namespace until it has ended, so that it can be continued.</summary>
internal sealed record Rotation(RotationPhase Phase, DateTimeOffset Begun, Credentials Old, Credentials New)
{
    /// <summary>Name of the Secret.</summary>
    public const string SecretName = "linkerd-identity-rotation";

    /// <summary>Only the issuer changes: old and new anchors are the same.</summary>
    public bool IssuerOnly => Credentials.Hashes(Old.Anchors).SequenceEqual(Credentials.Hashes(New.Anchors));

    /// <summary>How many steps it has.</summary>
    public int Steps => IssuerOnly ? 1 : 3;

    /// <summary>Reads it.</summary>
    /// <exception cref="CliException">Somebody has changed the Secret.</exception>
    public static Rotation From(Secret secret)
    {
        if (!Enum.TryParse<RotationPhase>(Text("phase"), out var phase) || !DateTimeOffset.TryParse(Text("begun"), CultureInfo.InvariantCulture, out var begun))
            throw new CliException($"Secret {SecretName} has no readable phase or begun; if no rotation is under way, delete it: kubectl -n {secret.Metadata.Namespace} delete secret {SecretName}");
        return new Rotation(phase, begun, Read("old"), Read("new"));

        Credentials Read(string side) => new(Text($"{side}-anchors.pem"), Text($"{side}-crt.pem"), Text($"{side}-key.pem"));

        string Text(string key) => secret.Data?.GetValueOrDefault(key) is { } data
            ? Encoding.UTF8.GetString(data)
            : throw new CliException($"Secret {SecretName} has no key {key}; if no rotation is under way, delete it: kubectl -n {secret.Metadata.Namespace} delete secret {SecretName}");
    }

    /// <summary>Writes it.</summary>
    public Secret ToSecret(string ns) => new()
    {
        Metadata = new ObjectMeta { Name = SecretName, Namespace = ns },
        Type = "Opaque",
        Data = new Dictionary<string, byte[]>
        {
            ["phase"] = Encoding.UTF8.GetBytes(Phase.ToString()),
            ["begun"] = Encoding.UTF8.GetBytes(Begun.ToString("O", CultureInfo.InvariantCulture)),
            ["old-anchors.pem"] = Encoding.UTF8.GetBytes(Old.Anchors),
            ["old-crt.pem"] = Encoding.UTF8.GetBytes(Old.Certificate),
            ["old-key.pem"] = Encoding.UTF8.GetBytes(Old.Key),
            ["new-anchors.pem"] = Encoding.UTF8.GetBytes(New.Anchors),
            ["new-crt.pem"] = Encoding.UTF8.GetBytes(New.Certificate),
            ["new-key.pem"] = Encoding.UTF8.GetBytes(New.Key),
        },
    };
}
