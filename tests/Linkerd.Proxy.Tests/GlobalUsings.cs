// System.Net has these names too; the tests mean ours.
global using Authorization = Linkerd.Model.Authorization;
global using HttpClient = Linkerd.Proxy.Stack.HttpClient;
global using SocketAddress = Linkerd.Net.SocketAddress;
