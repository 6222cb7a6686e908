namespace Linkerd.Http;

/// <summary>Methods that the protocol, or a route, tells apart without comparing text.</summary>
public enum RequestMethod : byte
{
    /// <summary>No method: a response, or not set.</summary>
    None,
    Get,
    Head,
    Post,
    Put,
    Delete,
    Connect,
    Options,
    Trace,
    Patch,

    /// <summary>Any other token; see <see cref="HeaderBlock.Method"/>.</summary>
    Other,
}
