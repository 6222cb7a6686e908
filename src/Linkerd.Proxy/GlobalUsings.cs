// Both System.Net and Linkerd.Net have one; the proxy means ours.
global using SocketAddress = Linkerd.Net.SocketAddress;
