// System.Net has these names too; the proxy means its own.
global using Authorization = Linkerd.Model.Authorization;
global using SocketAddress = Linkerd.Net.SocketAddress;
