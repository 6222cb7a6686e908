namespace Linkerd.Net.Interop;

/// <summary>Constants of Linux' system-call interface, the same on x86-64 and arm64.</summary>
internal static class Const
{
    public const int AfUnix = 1, AfInet = 2, AfInet6 = 10;
    public const int SockStream = 1, SockDatagram = 2, SockNonblock = 0x800, SockCloexec = 0x80000;
    public const int SolSocket = 1, SolIp = 0, SolTcp = 6, SolIpv6 = 41;
    public const int SoReuseAddr = 2, SoError = 4, SoSndBuf = 7, SoRcvBuf = 8, SoKeepAlive = 9, SoLinger = 13, SoReusePort = 15;
    public const int TcpNoDelay = 1, TcpKeepIdle = 4, TcpKeepInterval = 5, TcpKeepCount = 6, TcpUserTimeout = 18;
    public const int SoOriginalDst = 80, Ipv6Only = 26;
    public const int MsgNoSignal = 0x4000;
    public const int ShutWrite = 1;
    public const int EpollCloexec = 0x80000, EpollAdd = 1, EpollDel = 2;
    public const uint EpollIn = 1, EpollOut = 4, EpollErr = 8, EpollHup = 0x10, EpollRdHup = 0x2000, EpollEt = 0x80000000;
    public const int EventFdFlags = 0x80800;
    public const int PipeFlags = 0x80800, FcntlDuplicate = 1030, SetPipeSize = 1031, GetPipeSize = 1032;
    public const uint SpliceMove = 1, SpliceNonblock = 2;
    public const int RLimitNoFile = 7;
}
