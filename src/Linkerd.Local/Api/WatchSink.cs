using System.Buffers;
using System.Text.Json.Nodes;
using Linkerd.Local.Printing;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Api;

/// <summary>Frames watch events into the response, one JSON object a line.</summary>
internal sealed class WatchSink(ApiCore core, ApiRequest request, AnswerForm form)
{
    private readonly ArrayBufferWriter<byte> _buffer = new(4096);
    private bool _columnsSent;

    /// <summary>Bytes that wait for <see cref="FlushAsync"/>.</summary>
    public int Pending => _buffer.WrittenCount;

    public async Task StartAsync()
    {
        request.WriteWarnings();
        request.Http.Response.StatusCode = 200;
        request.Http.Response.ContentType = "application/json";
        request.Http.Response.Headers.CacheControl = "no-cache, private";
        await request.Http.Response.Body.FlushAsync(request.Cancellation);
    }

    public void Write(string type, JsonObject stored, byte[] utf8)
    {
        if (form == AnswerForm.Json && Versions.IsStored(request.Resource, request.Version))
        {
            Frame(type, utf8);
            return;
        }
        var node = Versions.FromStorage(stored, request.Resource, request.Version);
        Frame(type, (form switch
        {
            AnswerForm.Table => Table(node),
            AnswerForm.PartialMetadata => ReadOperations.Partial(node, request),
            _ => node,
        }).ToUtf8());
    }

    public void Bookmark(long version, bool initialEnd)
    {
        var metadata = new JsonObject { ["resourceVersion"] = version.ToString(), ["creationTimestamp"] = null };
        if (initialEnd) metadata["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
        var node = new JsonObject { ["kind"] = request.Resource.Kind, ["apiVersion"] = request.Resource.ApiVersion(request.Version.Name), ["metadata"] = metadata };
        Frame("BOOKMARK", (form == AnswerForm.Table ? Tables.Create(core, request, [], version.ToString(), null, null, withColumns: false) : node).ToUtf8());
    }

    public async Task ErrorAsync(ApiException error)
    {
        Frame("ERROR", error.ToStatus().ToUtf8());
        await FlushAsync(request.Cancellation);
    }

    public async Task FlushAsync(CancellationToken cancellation)
    {
        if (_buffer.WrittenCount == 0) return;
        await request.Http.Response.Body.WriteAsync(_buffer.WrittenMemory, cancellation);
        await request.Http.Response.Body.FlushAsync(cancellation);
        _buffer.ResetWrittenCount();
    }

    private JsonObject Table(JsonObject node)
    {
        var table = Tables.Create(core, request, [node], node.Obj("metadata").Str("resourceVersion"), null, null, withColumns: !_columnsSent);
        _columnsSent = true;
        return table;
    }

    private void Frame(string type, byte[] utf8)
    {
        _buffer.Write("{\"type\":\""u8);
        _buffer.Write(System.Text.Encoding.ASCII.GetBytes(type));
        _buffer.Write("\",\"object\":"u8);
        _buffer.Write(utf8);
        _buffer.Write("}\n"u8);
    }
}
