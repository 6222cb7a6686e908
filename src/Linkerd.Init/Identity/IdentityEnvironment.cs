using System.Runtime.InteropServices;

namespace Linkerd.Init.Identity;

/// <summary>What the wrapper needs of the proxy's environment, checked before anything is written.</summary>
internal sealed partial record IdentityEnvironment(string Directory, string LocalName)
{
    private const string Prefix = "LINKERD2_PROXY_IDENTITY_";

    /// <summary>DNS names end at 253 bytes; a SAN that is longer would be refused by the issuer.</summary>
    private const int LongestName = 253;

    /// <summary>Returns null with every fault listed when the environment is not usable.</summary>
    public static IdentityEnvironment? Read(Func<string, string?> get, List<string> faults)
    {
        var directory = Required("DIR");
        var name = Required("LOCAL_NAME");
        var anchors = Required("TRUST_ANCHORS");
        if (name.Length != 0 && !IsName(name))
            faults.Add($"{Prefix}LOCAL_NAME: \"{name}\" is not a DNS name of at most {LongestName} letters, digits, dashes and dots");
        if (anchors.Length != 0 && !anchors.Contains("-----BEGIN CERTIFICATE-----", StringComparison.Ordinal))
            faults.Add($"{Prefix}TRUST_ANCHORS: holds no PEM certificate");
        if (directory.Length != 0 && FaultOf(directory) is { } fault)
            faults.Add($"{Prefix}DIR: {directory} {fault}");
        return faults.Count == 0 ? new IdentityEnvironment(directory, name) : null;

        string Required(string variable)
        {
            var value = get(Prefix + variable)?.Trim() ?? "";
            if (value.Length == 0)
                faults.Add($"{Prefix}{variable}: must be set");
            return value;
        }
    }

    private static string? FaultOf(string directory)
    {
        try
        {
            // Unlike Exists, which is false for what may not be looked at.
            if (!File.GetAttributes(directory).HasFlag(FileAttributes.Directory))
                return "is not a folder; mount an emptyDir of medium Memory there";
            using var entries = System.IO.Directory.EnumerateFileSystemEntries(directory).GetEnumerator();
            _ = entries.MoveNext();
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return $"cannot be read by this process's user, uid {EffectiveUser()}; its mode or its owner does not let it, or that of a folder above it";
        }
        catch (IOException)
        {
            return "is not a folder; mount an emptyDir of medium Memory there";
        }
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    private static bool IsName(string name) =>
        name.Length <= LongestName && name.Split('.').All(label => label.Length is > 0 and <= 63 && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'));
}
