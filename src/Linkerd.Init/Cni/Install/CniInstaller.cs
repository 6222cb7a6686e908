using System.Text.Json.Nodes;
using Linkerd.Init.Cni.Plugin;
using Linkerd.Init.Flags;
using Linkerd.Init.Logging;

namespace Linkerd.Init.Cni.Install;

/// <summary>
/// Makes a node as it should be: binary, kubeconfig, and the plugin's entry in every configuration. Each call looks at
/// everything and writes only what differs, so it can be called whenever something may have changed.
/// </summary>
internal sealed class CniInstaller
{
    private readonly InstallerOptions _options;
    private readonly InitLog _log;
    private readonly JsonObject _entry;
    private readonly Dictionary<string, string> _said = [];

    /// <exception cref="FlagException">CNI_NETWORK_CONFIG is no configuration of the plugin.</exception>
    public CniInstaller(InstallerOptions options, InitLog log)
    {
        _options = options;
        _log = log;
        try
        {
            _entry = PluginChain.Entry(options.NetworkConfig, $"{options.NetFolder}/{options.KubeConfigName}");
        }
        catch (FormatException e)
        {
            throw new FlagException($"CNI_NETWORK_CONFIG: {e.Message}");
        }
    }

    /// <summary>Whether the node has configuration, and all of it that can have the plugin has it.</summary>
    public bool IsInstalled()
    {
        var states = Configurations().ConvertAll(f => PluginChain.Has(File.ReadAllText(f), _entry));
        return states.Contains(true) && !states.Contains(false) && File.Exists(KubeConfigPath);
    }

    /// <summary>Brings everything up to date. What cannot be done is logged, and tried again with the next call.</summary>
    public void Reconcile()
    {
        // In this order: an entry must never name what is not there yet.
        Try(_options.MountedBin, CopyPrograms);
        Try(KubeConfigPath, WriteKubeConfig);
        var files = Configurations();
        foreach (var file in files)
            Try(file, () => Insert(file));
        if (files.Count == 0)
            Once(_options.MountedNet, "there is no CNI configuration yet; the plugin is added when the cluster's network has put one there");
    }

    /// <summary>
    /// Takes the entry out of every configuration, and the kubeconfig away. The binary stays: a runtime may still call
    /// it for pods that it made before, and would else not be able to delete them.
    /// </summary>
    public void Remove()
    {
        foreach (var file in Configurations())
            Try(file, () => Take(file));
        Try(KubeConfigPath, () => File.Delete(KubeConfigPath));
    }

    private string KubeConfigPath => $"{_options.MountedNet}/{_options.KubeConfigName}";

    private void CopyPrograms()
    {
        Directory.CreateDirectory(_options.MountedBin);
        var program = Path.Combine(_options.SourceFolder, "linkerd-cni");
        if (HostFiles.Copy(program, Path.Combine(_options.MountedBin, "linkerd-cni"), HostFiles.Program))
            _log.Info($"installed {_options.BinFolder}/linkerd-cni");
        var libraries = Path.Combine(_options.SourceFolder, TlsLibrary.FolderName);
        if (!Directory.Exists(libraries))
            return;
        var target = Path.Combine(_options.MountedBin, TlsLibrary.FolderName);
        Directory.CreateDirectory(target);
        foreach (var library in Directory.EnumerateFiles(libraries))
            HostFiles.Copy(library, Path.Combine(target, Path.GetFileName(library)), HostFiles.Program);
    }

    private void WriteKubeConfig()
    {
        Directory.CreateDirectory(_options.MountedNet);
        if (HostFiles.Put(KubeConfigPath, HostKubeConfig.Of(_options), HostFiles.Secret))
            _log.Info($"wrote {_options.NetFolder}/{_options.KubeConfigName}");
    }

    private void Insert(string file)
    {
        if (PluginChain.With(File.ReadAllText(file), _entry) is not { } text)
            return;
        var mode = File.GetUnixFileMode(file);
        var list = Path.ChangeExtension(file, ".conflist");
        HostFiles.Put(list, text, mode);
        // The list goes before the single file in no order of names that a runtime uses, so the single one must go.
        if (list != file)
            File.Delete(file);
        _log.Info($"added linkerd-cni to {Path.GetFileName(list)}");
    }

    private void Take(string file)
    {
        if (PluginChain.Without(File.ReadAllText(file), out var isSingle) is not { } text)
            return;
        var mode = File.GetUnixFileMode(file);
        HostFiles.Put(isSingle ? Path.ChangeExtension(file, ".conf") : file, text, mode);
        if (isSingle)
            File.Delete(file);
        _log.Info($"removed linkerd-cni from {Path.GetFileName(file)}");
    }

    /// <summary>What runtimes read: regular files by these endings, links and hidden files left out.</summary>
    private List<string> Configurations()
    {
        var folder = new DirectoryInfo(_options.MountedNet);
        if (!folder.Exists)
            return [];
        return [.. folder.EnumerateFiles()
            .Where(static f => f.Extension is ".conf" or ".conflist" && f.LinkTarget is null && !f.Name.StartsWith('.'))
            .Select(static f => f.FullName).Order(StringComparer.Ordinal)];
    }

    private void Try(string subject, Action action)
    {
        try
        {
            action();
            _said.Remove(subject);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            // A file may vanish between list and read; then there is nothing to do for it.
            if (e is not FileNotFoundException || subject == _options.MountedBin)
                Once(subject, e.Message);
        }
    }

    /// <summary>A state that lasts is said once, not with every look.</summary>
    private void Once(string subject, string message)
    {
        if (_said.TryGetValue(subject, out var before) && before == message)
            return;
        _said[subject] = message;
        _log.Warn($"{subject}: {message}");
    }
}
