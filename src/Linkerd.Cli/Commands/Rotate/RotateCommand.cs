using System.CommandLine;
using System.Security.Cryptography.X509Certificates;
using Linkerd.Charts.Values;
using Linkerd.Cli.Commands.Install;

namespace Linkerd.Cli.Commands.Rotate;

/// <summary><c>linkerd identity rotate</c>: new trust anchors and a new issuer, with no downtime and no restart of any pod.</summary>
internal sealed class RotateCommand : CliCommand
{
    private const string Help = """
        Replace trust anchors and issuer, with no downtime and no restart of any pod

        Three steps: the new anchors are trusted beside the old ones; the new issuer signs, and every proxy gets a certificate of it; the old anchors
        are taken away. Before each step every proxy is asked whom it trusts and who signed its certificate, and nothing is taken away that one of
        them still needs. An interrupted rotation goes on where it stopped when the command is run again.

          linkerd identity rotate                      # a new root (10 years) and a new issuer (1 year), after a question
          linkerd identity rotate --status             # how far it is, proxy by proxy
          linkerd identity rotate --abort              # back to the old ones, as long as those are still trusted
          linkerd identity rotate --yes --root-key-file root.key
                                                       # keep the new root's key, which is thrown away otherwise
          linkerd identity rotate --identity-trust-anchors-file ca.crt \
              --identity-issuer-certificate-file issuer.crt --identity-issuer-key-file issuer.key
                                                       # your own; with the anchors in force, only the issuer changes
        """;

    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Do not ask" };
    private readonly Option<bool> _status = new("--status") { Description = "Tell how far the rotation under way is, and change nothing" };
    private readonly Option<bool> _abort = new("--abort") { Description = "Undo the rotation under way" };
    private readonly Option<int> _timeout = new("--timeout") { Description = "Seconds to wait for each step", DefaultValueFactory = static _ => 600 };
    private readonly Option<string?> _rootKey = new("--root-key-file") { Description = "Write the key of the generated root to this new file, to sign later issuers with" };
    private readonly Option<string?> _anchors = new("--identity-trust-anchors-file") { Description = "File with the new trust anchors (PEM) rather than generated ones" };
    private readonly Option<string?> _certificate = new("--identity-issuer-certificate-file") { Description = "File with the new issuer's certificate (PEM)" };
    private readonly Option<string?> _key = new("--identity-issuer-key-file") { Description = "File with the new issuer's key (PEM)" };

    public RotateCommand(ITerminal terminal)
        : base("rotate", Help, terminal)
    {
        foreach (var option in (Option[])[_yes, _status, _abort, _timeout, _rootKey, _anchors, _certificate, _key])
            Options.Add(option);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var seconds = arguments.GetValue(_timeout);
        if (seconds <= 0)
            throw new CliException($"--timeout {seconds}: must be at least 1 second");
        var ns = arguments.GetValue(GlobalOptions.LinkerdNamespace)!;
        using var client = GlobalOptions.Connect(arguments);
        var store = new TrustStore(client, ns);
        var rotator = new Rotator(client, ns, Terminal, TimeSpan.FromSeconds(seconds));
        var under = await store.FindRotationAsync(cancellationToken);
        if (arguments.GetValue(_status))
            return await StatusAsync(rotator, under, cancellationToken);
        if (arguments.GetValue(_abort))
        {
            await rotator.AbortAsync(under ?? throw new CliException("No rotation is under way: there is nothing to undo"), cancellationToken);
            return ExitCodes.Success;
        }

        if (under is null)
        {
            under = await PlanAsync(arguments, store, cancellationToken);
            if (!await ConfirmedAsync(arguments, under))
                return ExitCodes.Failure;
            await store.BeginAsync(under, cancellationToken);
        }
        else
        {
            if (arguments.GetValue(_certificate) is not null || arguments.GetValue(_anchors) is not null)
                throw new CliException($"A rotation begun at {under.Begun:u} is under way, with anchors and issuer of its own. End it (linkerd identity rotate) or undo it (linkerd identity rotate --abort) first");
            await Terminal.Out.WriteLineAsync($"Going on with the rotation begun at {under.Begun:u}");
        }

        await rotator.RunAsync(under, cancellationToken);
        await Terminal.Out.WriteLineAsync("Rotated. Pods need no restart; see it in their certificates: linkerd identity -n NAMESPACE POD");
        return ExitCodes.Success;
    }

    private async Task<int> StatusAsync(Rotator rotator, Rotation? rotation, CancellationToken cancel)
    {
        if (rotation is null)
        {
            await Terminal.Out.WriteLineAsync("No rotation is under way");
            return ExitCodes.Success;
        }

        var step = rotation.IssuerOnly ? "step 1 of 1" : $"step {(int)rotation.Phase + 1} of 3";
        await Terminal.Out.WriteLineAsync($"A rotation begun at {rotation.Begun:u} is in {step}; to go on: linkerd identity rotate");
        foreach (var (name, state) in await rotator.StatusAsync(rotation, cancel))
            await Terminal.Out.WriteLineAsync($"  {name}: {state}");
        return ExitCodes.Success;
    }

    private async Task<Rotation> PlanAsync(ParseResult arguments, TrustStore store, CancellationToken cancel)
    {
        var (old, trustDomain) = await store.ReadAsync(cancel);
        var files = (Anchors: arguments.GetValue(_anchors), Certificate: arguments.GetValue(_certificate), Key: arguments.GetValue(_key));
        Credentials fresh;
        if (files is { Anchors: null, Certificate: null, Key: null })
            fresh = await GenerateAsync(arguments.GetValue(_rootKey), trustDomain, cancel);
        else if (arguments.GetValue(_rootKey) is not null)
            throw new CliException("--root-key-file is for a generated root; with files of your own you have its key");
        else
            fresh = await ReadAsync(files.Anchors, files.Certificate, files.Key, old.Anchors, cancel);
        using var before = old.Issuer();
        using var after = fresh.Issuer();
        if (before.RawData.AsSpan().SequenceEqual(after.RawData) && Credentials.Hashes(old.Anchors).SequenceEqual(Credentials.Hashes(fresh.Anchors)))
            throw new CliException("These trust anchors and this issuer are in force already: there is nothing to rotate");
        return new Rotation(RotationPhase.Adding, TimeProvider.System.GetUtcNow(), old, fresh);
    }

    private static async Task<Credentials> GenerateAsync(string? rootKeyFile, string trustDomain, CancellationToken cancel)
    {
        if (rootKeyFile is not null && File.Exists(rootKeyFile))
            throw new CliException($"--root-key-file {rootKeyFile}: the file exists and is not overwritten; name a new one");
        var (credentials, rootKey) = Credentials.Generate(trustDomain, TimeProvider.System.GetUtcNow());
        if (rootKeyFile is not null)
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
            await using var file = new StreamWriter(rootKeyFile, options);
            await file.WriteAsync(rootKey.AsMemory(), cancel);
        }

        return credentials;
    }

    private static async Task<Credentials> ReadAsync(string? anchors, string? certificate, string? key, string anchorsInForce, CancellationToken cancel)
    {
        var values = new ValueMap();
        values.Put("identityTrustAnchorsPEM", anchors is null ? anchorsInForce : await File.ReadAllTextAsync(anchors, cancel));
        values.Put("identity.issuer.tls.crtPEM", certificate is null ? "" : await File.ReadAllTextAsync(certificate, cancel));
        values.Put("identity.issuer.tls.keyPEM", key is null ? "" : await File.ReadAllTextAsync(key, cancel));
        IssuerCredentials.Complete(values, "linkerd", TimeProvider.System);
        return new Credentials(Text("identityTrustAnchorsPEM"), Text("identity.issuer.tls.crtPEM"), Text("identity.issuer.tls.keyPEM"));

        string Text(string path) => values.Find(path) as string ?? "";
    }

    private async Task<bool> ConfirmedAsync(ParseResult arguments, Rotation rotation)
    {
        using var before = rotation.Old.Issuer();
        using var after = rotation.New.Issuer();
        await Terminal.Out.WriteLineAsync($"""
            issuer   now: {before.Subject}, until {before.NotAfter.ToUniversalTime():yyyy-MM-dd}
                    then: {after.Subject}, until {after.NotAfter.ToUniversalTime():yyyy-MM-dd}
            anchors  now: {string.Join(", ", Credentials.Hashes(rotation.Old.Anchors).Select(Short))}
                    then: {string.Join(", ", Credentials.Hashes(rotation.New.Anchors).Select(Short))}
            """);
        if (arguments.GetValue(_yes))
            return true;
        if (!Terminal.InputIsInteractive)
            throw new CliException("Nothing has been changed. To do this without a question: --yes");
        await Terminal.Out.WriteAsync("Rotate? [y/N] ");
        if ((await Terminal.In.ReadLineAsync())?.Trim() is "y" or "Y" or "yes")
            return true;
        await Terminal.Error.WriteLineAsync("Nothing has been changed.");
        return false;
    }

    private static string Short(string hash) => hash[..16];
}
