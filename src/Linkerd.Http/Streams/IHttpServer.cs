namespace Linkerd.Http;

/// <summary>Accepts the requests of a server session.</summary>
public interface IHttpServer
{
    /// <summary>A request begins: returns who handles it. <see cref="IHttpStreamHandler.OnHead"/> follows at once.</summary>
    IHttpStreamHandler OnStream(HttpStream stream);
}
