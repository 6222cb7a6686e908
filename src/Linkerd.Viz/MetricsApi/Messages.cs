using Linkerd.Api.Viz;
using Linkerd.Stats.Query;
using Linkerd.Stats.Reports;
using StatTable = Linkerd.Api.Viz.StatTable;
using PodErrorMessage = Linkerd.Api.Viz.PodErrors.Types.PodError;
using Row = Linkerd.Api.Viz.StatTable.Types.PodGroup.Types.Row;

namespace Linkerd.Viz.MetricsApi;

/// <summary>Reports as messages of <c>linkerd2.viz</c>.</summary>
internal static class Messages
{
    private static readonly TimeSpan RateWindow = TimeSpan.FromSeconds(1);

    public static StatTable.Types.PodGroup PodGroup(IReadOnlyList<StatRow> rows, TimeSpan window, bool tcp)
    {
        var group = new StatTable.Types.PodGroup();
        group.Rows.AddRange(rows.Select(r => Stat(r, window, tcp)));
        return group;
    }

    public static Api.Viz.Edge Edge(EdgeRow row, ResourceKind kind) => new()
    {
        Src = new Resource { Namespace = row.SourceNamespace, Type = kind.Name, Name = row.Source },
        Dst = new Resource { Namespace = row.DestinationNamespace, Type = kind.Name, Name = row.Destination },
        ClientId = row.ClientId,
        ServerId = row.ServerId,
        NoIdentityMsg = row.NoTlsReason,
    };

    public static RouteTable RouteTable(IReadOnlyList<RouteRow> rows, ResourceRef owner, TimeSpan window)
    {
        var table = new RouteTable { Resource = owner.Name is null ? owner.Kind.Name : $"{owner.Kind.Name}/{owner.Name}" };
        table.Rows.AddRange(rows.Select(r => new RouteTable.Types.Row
        {
            Route = r.Route,
            Authority = r.Authority,
            TimeWindow = PromDuration.Format(window),
            Stats = WithActual(Basic(r.Effective), r.Actual),
        }));
        return table;
    }

    public static Row AuthzRow(AuthzRow row, ResourceRef owner, TimeSpan window)
    {
        var slash = row.Authorization.IndexOf('/', StringComparison.Ordinal);
        return new Row
        {
            Resource = new Resource { Namespace = row.Namespace, Type = owner.Kind.Name, Name = owner.Name ?? "" },
            TimeWindow = PromDuration.Format(window),
            Stats = Basic(row.Traffic),
            SrvStats = new ServerStats
            {
                AllowedCount = Count(row.AllowedPerSecond * window.TotalSeconds),
                DeniedCount = Count(row.DeniedPerSecond * window.TotalSeconds),
                Srv = new Resource { Namespace = row.Namespace, Type = row.Server.StartsWith("default:", StringComparison.Ordinal) ? "default" : "server", Name = row.Server },
                Route = new Resource { Namespace = row.Namespace, Type = "httproute", Name = row.Route },
                Authz = new Resource { Namespace = row.Namespace, Type = slash < 0 ? "" : row.Authorization[..slash], Name = slash < 0 ? "" : row.Authorization[(slash + 1)..] },
            },
        };
    }

#pragma warning disable CS0612
    public static GatewaysTable.Types.Row Gateway(GatewayRow row) => new()
    {
        Namespace = row.Namespace,
        Name = row.Name,
        ClusterName = row.Cluster,
        PairedServices = (ulong)row.PairedServices,
        Alive = row.Alive,
        LatencyMsP50 = Count(row.LatencyP50),
        LatencyMsP95 = Count(row.LatencyP95),
        LatencyMsP99 = Count(row.LatencyP99),
    };
#pragma warning restore CS0612

    public static ResourceError Error(Resource? resource, Exception e) => new() { Resource = resource ?? new Resource(), Error = e.Message };

    private static Row Stat(StatRow row, TimeSpan window, bool tcp)
    {
        var message = new Row
        {
            Resource = new Resource { Namespace = row.Namespace, Type = row.Kind, Name = row.Name },
            TimeWindow = PromDuration.Format(window),
            MeshedPodCount = (ulong)(row.Meshed ?? 0),
            RunningPodCount = (ulong)row.Running,
            FailedPodCount = (ulong)row.Failed,
            Status = row.Status ?? "",
        };
        foreach (var pod in row.Errors.GroupBy(static e => e.Pod))
        {
            var errors = new PodErrors();
            errors.Errors.AddRange(pod.Select(static e => new PodErrorMessage
            {
                Container = new PodErrorMessage.Types.ContainerError { Container = e.Container, Image = e.Image, Reason = e.Reason, Message = e.Message },
            }));
            message.ErrorsByPod[pod.Key] = errors;
        }

        if (row.Successes + row.Failures > 0)
        {
            message.Stats = Basic(new TrafficStats
            {
                Successes = row.Successes, Failures = row.Failures, LatencyP50 = row.LatencyP50, LatencyP95 = row.LatencyP95, LatencyP99 = row.LatencyP99,
            });
        }

        if (tcp && (row.TcpConnections ?? row.ReadBytesPerSecond ?? row.WriteBytesPerSecond) is not null)
        {
            message.TcpStats = new TcpStats
            {
                OpenConnections = Count(row.TcpConnections),
                ReadBytesTotal = Count(row.ReadBytesPerSecond * (window / RateWindow)),
                WriteBytesTotal = Count(row.WriteBytesPerSecond * (window / RateWindow)),
            };
        }

        if (row.Leaf is not null)
            message.TsStats = new TrafficSplitStats { Apex = row.Apex ?? "", Leaf = row.Leaf, Weight = row.Weight ?? "" };
        if (row.UnauthorizedPerSecond is { } denied)
        {
            message.SrvStats = new ServerStats
            {
                AllowedCount = Count(row.Successes + row.Failures),
                DeniedCount = Count(denied * window.TotalSeconds),
                Srv = new Resource { Namespace = row.Namespace, Type = "server", Name = row.Server ?? row.Name },
            };
        }

        return message;
    }

    private static BasicStats Basic(TrafficStats stats) => new()
    {
        SuccessCount = Count(stats.Successes),
        FailureCount = Count(stats.Failures),
        LatencyMsP50 = Count(stats.LatencyP50),
        LatencyMsP95 = Count(stats.LatencyP95),
        LatencyMsP99 = Count(stats.LatencyP99),
    };

    private static BasicStats WithActual(BasicStats stats, TrafficStats? actual)
    {
        stats.ActualSuccessCount = Count(actual?.Successes);
        stats.ActualFailureCount = Count(actual?.Failures);
        return stats;
    }

    private static ulong Count(double? value) => value is > 0 and < 1e18 ? (ulong)Math.Round(value.Value, MidpointRounding.AwayFromZero) : 0;
}
