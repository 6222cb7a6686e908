using System.Diagnostics;
using Linkerd.Kubernetes;

namespace Linkerd.Cli.Commands.Rotate;

/// <summary>Takes a rotation through its steps. Each step is told to the cluster first and then waited for; nothing is taken away that a proxy still needs.</summary>
internal sealed class Rotator(KubernetesClient client, string ns, ITerminal terminal, TimeSpan timeout)
{
    private const int NamesShown = 5;

    /// <summary>Trials in a row that must agree: there may be several injectors, and each learns in its own time.</summary>
    private const int Trials = 3;

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly TrustStore _store = new(client, ns);
    private readonly Fleet _fleet = new(client, ns);

    /// <summary>Does what is left of a rotation.</summary>
    public async Task RunAsync(Rotation rotation, CancellationToken cancel)
    {
        if (rotation.Phase == RotationPhase.Adding)
            rotation = await AddAsync(rotation, cancel);
        if (rotation.Phase == RotationPhase.Swapping)
            rotation = await SwapAsync(rotation, cancel);
        if (rotation.Phase == RotationPhase.Removing)
            await RemoveAsync(rotation, cancel);
        await _store.EndAsync(cancel);
    }

    /// <summary>Undoes a rotation: the old issuer, then the old anchors.</summary>
    /// <exception cref="CliException">The old anchors are already being taken away.</exception>
    public async Task AbortAsync(Rotation rotation, CancellationToken cancel)
    {
        if (rotation.Phase == RotationPhase.Removing)
            throw new CliException("The old trust anchors are being taken away: every proxy has a certificate of the new issuer, so the way out is forward: linkerd identity rotate");
        using var old = rotation.Old.Issuer();
        if (rotation.Phase == RotationPhase.Swapping)
        {
            await _store.PutIssuerAsync(rotation.Old, cancel);
            Say("Put the old issuer back");
            await WaitAsync("proxies have certificates of the old issuer", m => m.NotOf(old) is null ? null : "its certificate is of the new issuer", cancel);
        }

        await _store.PutAnchorsAsync(rotation.Old.Anchors, cancel);
        await _store.EndAsync(cancel);
        Say("The mesh has its old trust anchors and issuer again");
    }

    /// <summary>Tells how far each proxy is.</summary>
    public async Task<IReadOnlyList<(string Name, string State)>> StatusAsync(Rotation rotation, CancellationToken cancel)
    {
        using var issuer = rotation.New.Issuer();
        var added = Credentials.Hashes(rotation.New.Anchors);
        var removed = Removed(rotation);
        var states = new List<(string, string)>();
        foreach (var member in await _fleet.ReadAsync(new HashSet<string>(), cancel))
            states.Add((member.Name, member.Lacks(added) ?? member.NotOf(issuer) ?? (removed.Count > 0 ? member.Keeps(removed) : null) ?? "done"));
        return states;
    }

    private async Task<Rotation> AddAsync(Rotation rotation, CancellationToken cancel)
    {
        if (!rotation.IssuerOnly)
        {
            Say("Step 1 of 3: trust the new anchors beside the old ones");
            await _store.PutAnchorsAsync(Credentials.Union(rotation.Old.Anchors, rotation.New.Anchors), cancel);
            var added = Credentials.Hashes(rotation.New.Anchors);
            await WaitAsync("proxies trust old and new anchors", m => m.Lacks(added), cancel);
            await NewPodsTrustAsync(added, cancel);
        }

        return await EnterAsync(rotation, RotationPhase.Swapping, cancel);
    }

    private async Task<Rotation> SwapAsync(Rotation rotation, CancellationToken cancel)
    {
        Say($"Step {(rotation.IssuerOnly ? "1 of 1" : "2 of 3")}: let the new issuer sign");
        using var issuer = rotation.New.Issuer();
        await _store.PutIssuerAsync(rotation.New, cancel);
        await WaitAsync("proxies have certificates of the new issuer", m => m.NotOf(issuer), cancel);
        return rotation.IssuerOnly ? rotation : await EnterAsync(rotation, RotationPhase.Removing, cancel);
    }

    private async Task RemoveAsync(Rotation rotation, CancellationToken cancel)
    {
        Say("Step 3 of 3: stop trusting the old anchors");
        using var issuer = rotation.New.Issuer();
        var added = Credentials.Hashes(rotation.New.Anchors);

        // All of them once more: pods may have come since, and what is taken away here cannot be missed by anyone.
        await WaitAsync("proxies need the old anchors no more", m => m.Lacks(added) ?? m.NotOf(issuer), cancel);
        await _store.PutAnchorsAsync(rotation.New.Anchors, cancel);
        var removed = Removed(rotation);
        await WaitAsync("proxies trust the new anchors alone", m => m.Keeps(removed), cancel);
    }

    private static HashSet<string> Removed(Rotation rotation) => [.. Credentials.Hashes(rotation.Old.Anchors).Except(Credentials.Hashes(rotation.New.Anchors))];

    private async Task<Rotation> EnterAsync(Rotation rotation, RotationPhase phase, CancellationToken cancel)
    {
        rotation = rotation with { Phase = phase };
        await _store.KeepAsync(rotation, cancel);
        return rotation;
    }

    private async Task WaitAsync(string what, Func<Member, string?> lack, CancellationToken cancel)
    {
        var begin = Stopwatch.GetTimestamp();
        var done = new HashSet<string>();
        var told = -1;
        while (true)
        {
            var waiting = new List<string>();
            foreach (var member in await _fleet.ReadAsync(done, cancel))
            {
                if (lack(member) is { } reason)
                    waiting.Add($"{member.Name}: {reason}");
                else
                    done.Add(member.Pod.Metadata.Uid ?? "");
                member.Leaf?.Dispose();
            }

            if (done.Count != told || waiting.Count == 0)
                Say($"  {done.Count} of {done.Count + waiting.Count} {what} ({Stopwatch.GetElapsedTime(begin).TotalSeconds:0} s)");
            told = done.Count;
            if (waiting.Count == 0)
                return;
            if (Stopwatch.GetElapsedTime(begin) > timeout)
                throw new CliException(Stuck(what, waiting));
            await Task.Delay(s_pause, cancel);
        }
    }

    // Pods that start from now on are given their anchors by the injector, which learns them from a mounted file.
    private async Task NewPodsTrustAsync(IReadOnlyList<string> anchors, CancellationToken cancel)
    {
        var begin = Stopwatch.GetTimestamp();
        for (var agreed = 0; agreed < Trials;)
        {
            if (await _fleet.InjectedAnchorsAsync(cancel) is not { } pem)
            {
                Say("  no trial pod could be made: pods that start now are not looked at");
                return;
            }

            agreed = anchors.All(Credentials.Hashes(pem).Contains) ? agreed + 1 : 0;
            if (agreed == Trials)
                break;
            if (Stopwatch.GetElapsedTime(begin) > timeout)
                throw new CliException("The injector still gives pods the old trust anchors alone. Look at its log: kubectl -n " + ns + " logs deploy/linkerd-proxy-injector proxy-injector. Then go on: linkerd identity rotate");
            if (agreed == 0)
                await Task.Delay(s_pause, cancel);
        }

        Say("  new pods are given old and new anchors");
    }

    private static string Stuck(string what, List<string> waiting)
    {
        var names = string.Join("\n", waiting.Take(NamesShown).Select(static w => "    " + w));
        var more = waiting.Count > NamesShown ? $"\n    and {waiting.Count - NamesShown} more" : "";
        return $"""
            Not all {what}:
            {names}{more}
            Nothing has been taken away that they need. Repair or delete these pods, then go on where this stopped: linkerd identity rotate
            To undo instead: linkerd identity rotate --abort
            """;
    }

    private void Say(string line) => terminal.Out.WriteLine(line);
}
