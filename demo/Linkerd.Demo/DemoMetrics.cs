using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Linkerd.Demo;

/// <summary>Counters in Prometheus' text format, served on a port of their own.</summary>
internal sealed class DemoMetrics
{
    private readonly ConcurrentDictionary<(string Family, string Labels), long> _counters = new();

    /// <summary>Adds one. Labels as they stand between the braces.</summary>
    public void Increment(string family, string labels) => _counters.AddOrUpdate((family, labels), 1, (_, value) => value + 1);

    public string Render()
    {
        var text = new StringBuilder();
        foreach (var family in _counters.GroupBy(c => c.Key.Family).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            text.Append("# TYPE ").Append(family.Key).Append(" counter\n");
            foreach (var ((name, labels), value) in family.OrderBy(c => c.Key.Labels, StringComparer.Ordinal))
                text.Append(name).Append('{').Append(labels).Append("} ").Append(value).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Serves <c>/metrics</c>; null when the port is 0.</summary>
    public async Task<WebApplication?> ServeAsync(int port, CancellationToken cancellationToken)
    {
        if (port == 0)
            return null;
        var application = HttpHost.Build(new IPEndPoint(IPAddress.Any, port));
        application.MapGet("/metrics", context =>
        {
            context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
            return context.Response.WriteAsync(Render());
        });
        await application.StartAsync(cancellationToken);
        return application;
    }
}
