using System.Runtime.InteropServices;
using Linkerd.Init.Logging;

namespace Linkerd.Init.Firewall;

/// <summary>
/// Hands NET_ADMIN and NET_RAW on to iptables. The container runs as user 65534, whose capabilities the kernel drops at
/// execve; this binary gets them back from its file capabilities, and makes them ambient so that the iptables it runs
/// needs no file capabilities of its own (capabilities(7)).
/// </summary>
internal static unsafe partial class AmbientCapabilities
{
    private const uint Version3 = 0x20080522;
    private const int NetAdmin = 12;
    private const int NetRaw = 13;
    private const int PrCapAmbient = 47;
    private const nuint PrCapAmbientRaise = 2;

    /// <summary>Does what it can: where the capabilities are missing iptables itself says so.</summary>
    public static void Raise(InitLog log)
    {
        var header = new Header { Version = Version3 };
        var data = stackalloc Data[2];
        if (CapGet(&header, data) != 0)
            return;
        var both = (1u << NetAdmin) | (1u << NetRaw);
        var have = data[0].Permitted & both;
        if (have == 0)
            return;
        data[0].Effective |= have;
        data[0].Inheritable |= have;
        if (CapSet(&header, data) != 0)
        {
            log.Debug($"capset failed with errno {Marshal.GetLastPInvokeError()}");
            return;
        }
        foreach (var capability in (int[])[NetAdmin, NetRaw])
        {
            if ((have & (1u << capability)) != 0 && Prctl(PrCapAmbient, PrCapAmbientRaise, (nuint)capability, 0, 0) != 0)
                log.Debug($"raising ambient capability {capability} failed with errno {Marshal.GetLastPInvokeError()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "capget", SetLastError = true)]
    private static partial int CapGet(Header* header, Data* data);

    [LibraryImport("libc", EntryPoint = "capset", SetLastError = true)]
    private static partial int CapSet(Header* header, Data* data);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Prctl(int option, nuint a, nuint b, nuint c, nuint d);

    [StructLayout(LayoutKind.Sequential)]
    private struct Header
    {
        public uint Version;
        public int Pid;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Data
    {
        public uint Effective;
        public uint Permitted;
        public uint Inheritable;
    }
}
