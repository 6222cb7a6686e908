namespace Linkerd.Local.Cluster;

/// <summary>Whether this process is in a user namespace other than the machine's first.</summary>
internal static class UserNamespace
{
    public static bool IsInside
    {
        get
        {
            // The first user namespace maps all ids to themselves.
            var map = File.ReadAllText("/proc/self/uid_map").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            return map is not ["0", "0", "4294967295"];
        }
    }
}
