using System.Text;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Local.Runtime;

/// <summary>The volumes of one pod: made before its containers, refreshed while it runs.</summary>
internal sealed class PodVolumes(NodeContext node, Pod pod, PodFolders folders, DownwardFields fields)
{
    private const int DefaultMode = 0b110_100_100;
    private readonly Dictionary<(string Volume, string Path), (byte[] Token, DateTimeOffset RenewAt)> _tokens = [];

    /// <summary>Makes or refreshes all volumes.</summary>
    /// <exception cref="PodSpecException">Something that is named and not optional is not there yet.</exception>
    public async Task PrepareAsync(CancellationToken cancel)
    {
        foreach (var volume in pod.Spec?.Volumes ?? [])
            await PrepareAsync(volume, cancel);
    }

    /// <summary>Whether any volume can change while the pod runs.</summary>
    public bool Refreshes => (pod.Spec?.Volumes ?? []).Any(static v => v is not { ConfigMap: null, Secret: null, Projected: null, DownwardAPI: null });

    /// <summary>What a container sees of them.</summary>
    public IReadOnlyList<MountPlan> Mounts(Container container, Func<string, string> expand)
    {
        var mounts = new List<MountPlan>();
        foreach (var mount in container.VolumeMounts ?? [])
        {
            var volume = (pod.Spec?.Volumes ?? []).FirstOrDefault(v => v.Name == mount.Name)
                ?? throw new PodSpecException($"volumeMounts: no volume is called \"{mount.Name}\"");
            var source = PathOf(volume);
            var below = mount.SubPathExpr is { Length: > 0 } expression ? expand(expression) : mount.SubPath;
            if (below is { Length: > 0 })
            {
                if (below.Split('/').Contains("..") || below.StartsWith('/'))
                    throw new PodSpecException($"subPath \"{below}\" leaves its volume");
                source = Below(source, below, follow: volume is not { HostPath: null, ConfigMap: null, Secret: null, Projected: null, DownwardAPI: null });
                if (!Path.Exists(source))
                    Directory.CreateDirectory(source);
            }

            mounts.Add(new MountPlan(source, "/" + mount.MountPath!.Trim('/'), mount.ReadOnly == true || volume.HostPath is not null));
        }

        return mounts;
    }

    /// <summary>
    /// The path below a volume. What the pod's own containers may have put there must not be a link: it would be followed on the
    /// node. The links of files that we write stay in their folder, and a hostPath is the node's own.
    /// </summary>
    private static string Below(string source, string path, bool follow)
    {
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            source = Path.Combine(source, part);
            if (!follow && new FileInfo(source).LinkTarget is not null)
                throw new PodSpecException($"subPath \"{path}\" goes through a link, {part}");
        }

        return source;
    }

    private string PathOf(Volume volume) => volume switch
    {
        { HostPath.Path: { } path } => path,
        { PersistentVolumeClaim.ClaimName: { } claim } => Path.Combine(node.Paths.Claims, pod.Metadata.Namespace!, claim),
        { ConfigMap: null, Secret: null, Projected: null, DownwardAPI: null } and not { EmptyDir.Medium: "Memory" } => folders.DiskVolume(volume.Name!),
        _ => folders.MemoryVolume(volume.Name!),
    };

    private async Task PrepareAsync(Volume volume, CancellationToken cancel)
    {
        switch (volume)
        {
            case { HostPath: { } host }:
                if (!Path.Exists(host.Path))
                    throw new PodSpecException($"hostPath \"{host.Path}\" is not on this machine");
                break;
            case { ConfigMap: null, Secret: null, Projected: null, DownwardAPI: null }:
                MakeWritable(PathOf(volume));
                break;
            default:
                var files = new Dictionary<string, (byte[], int)>(StringComparer.Ordinal);
                await CollectAsync(volume, files, cancel);
                AtomicFolder.Write(PathOf(volume), files, (uint?)pod.Spec?.SecurityContext?.FsGroup);
                break;
        }
    }

    private void MakeWritable(string path)
    {
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, (UnixFileMode)0b111_111_111);
        if (pod.Spec?.SecurityContext?.FsGroup is not { } group)
            return;
        _ = Native.ChangeOwner(path, uint.MaxValue, (uint)group);
        File.SetUnixFileMode(path, UnixFileMode.SetGroup | (UnixFileMode)0b111_111_111);
    }

    private async Task CollectAsync(Volume volume, Dictionary<string, (byte[] Content, int Mode)> files, CancellationToken cancel)
    {
        if (volume.ConfigMap is { } map)
            Select(files, await ConfigMapAsync(map.Name, map.Optional, cancel), map.Items, map.DefaultMode ?? DefaultMode, $"configmap {map.Name}", map.Optional);
        if (volume.Secret is { } secret)
            Select(files, await SecretAsync(secret.SecretName, secret.Optional, cancel), secret.Items, secret.DefaultMode ?? DefaultMode, $"secret {secret.SecretName}", secret.Optional);
        if (volume.DownwardAPI is { } downward)
            AddFields(files, downward, downward.DefaultMode ?? DefaultMode);
        foreach (var source in volume.Projected?.Sources ?? [])
        {
            var mode = volume.Projected!.DefaultMode ?? DefaultMode;
            if (source.ConfigMap is { } projected)
                Select(files, await ConfigMapAsync(projected.Name, projected.Optional, cancel), projected.Items, mode, $"configmap {projected.Name}", projected.Optional);
            if (source.Secret is { } hidden)
                Select(files, await SecretAsync(hidden.Name, hidden.Optional, cancel), hidden.Items, mode, $"secret {hidden.Name}", hidden.Optional);
            if (source.DownwardAPI is { } own)
                AddFields(files, own, own.DefaultMode ?? mode);
            if (source.ServiceAccountToken is { } token)
                files[token.Path ?? "token"] = (await TokenAsync(volume.Name!, token, cancel), DefaultMode);
        }
    }

    private void AddFields(Dictionary<string, (byte[], int)> files, DownwardApiVolumeSource source, int mode)
    {
        foreach (var item in source.Items ?? [])
        {
            var text = item.FieldRef is { } field ? fields.Field(field.FieldPath) : item.ResourceFieldRef is { } resource ? fields.Resource(resource, null) : "";
            files[item.Path!] = (Encoding.UTF8.GetBytes(text), item.Mode ?? mode);
        }
    }

    private static void Select(
        Dictionary<string, (byte[], int)> files, Dictionary<string, byte[]>? data, IReadOnlyList<KeyToPath>? items, int mode, string what, bool? optional)
    {
        if (data is null)
            return;
        if (items is null)
        {
            foreach (var (key, content) in data)
                files[key] = (content, mode);
            return;
        }

        foreach (var item in items)
        {
            if (data.TryGetValue(item.Key ?? "", out var content))
                files[item.Path!] = (content, item.Mode ?? mode);
            else if (optional != true)
                throw new PodSpecException($"{what} has no key \"{item.Key}\"");
        }
    }

    private async Task<Dictionary<string, byte[]>?> ConfigMapAsync(string? name, bool? optional, CancellationToken cancel)
    {
        var map = await node.Client.Resource(Resources.ConfigMaps, pod.Metadata.Namespace).FindAsync(name ?? "", cancel);
        if (map is null)
            return optional == true ? null : throw new PodSpecException($"configmap \"{name}\" not found");
        var data = (map.Data ?? new Dictionary<string, string>()).ToDictionary(static d => d.Key, static d => Encoding.UTF8.GetBytes(d.Value));
        foreach (var (key, value) in map.BinaryData ?? new Dictionary<string, byte[]>())
            data[key] = value;
        return data;
    }

    private async Task<Dictionary<string, byte[]>?> SecretAsync(string? name, bool? optional, CancellationToken cancel)
    {
        var secret = await node.Client.Resource(Resources.Secrets, pod.Metadata.Namespace).FindAsync(name ?? "", cancel);
        if (secret is null)
            return optional == true ? null : throw new PodSpecException($"secret \"{name}\" not found");
        return (secret.Data ?? new Dictionary<string, byte[]>()).ToDictionary(static d => d.Key, static d => d.Value);
    }

    // A token is asked for again when a fifth of its life is left.
    private async Task<byte[]> TokenAsync(string volume, ServiceAccountTokenProjection projection, CancellationToken cancel)
    {
        var key = (volume, projection.Path ?? "token");
        var now = node.Clock.GetUtcNow();
        if (_tokens.TryGetValue(key, out var known) && now < known.RenewAt)
            return known.Token;
        var accounts = node.Client.Resource(Resources.ServiceAccounts, pod.Metadata.Namespace);
        var answer = await accounts.CreateSubresourceAsync(pod.Spec?.ServiceAccountName ?? "default", "token", new TokenRequest
        {
            Spec = new TokenRequestSpec
            {
                Audiences = projection.Audience is { Length: > 0 } audience ? [audience] : null,
                ExpirationSeconds = projection.ExpirationSeconds ?? 3600,
                BoundObjectRef = new ObjectReference { ApiVersion = "v1", Kind = "Pod", Name = pod.Metadata.Name, Uid = pod.Metadata.Uid },
            },
        }, Resources.TokenRequests, cancel);
        var token = Encoding.UTF8.GetBytes(answer.Status?.Token ?? "");
        var life = (answer.Status?.ExpirationTimestamp ?? now.AddHours(1)) - now;
        _tokens[key] = (token, now + life * 0.8);
        return token;
    }
}
