using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Stats.Reports;

/// <summary>The version in which a cluster serves CronJobs: <c>batch/v1</c> since Kubernetes 1.21, <c>batch/v1beta1</c> before.</summary>
public static class ServedCronJobs
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>Asks the API server, until it answers: a watch of the other version would never have anything.</summary>
    /// <param name="client">Whom to ask.</param>
    /// <param name="time">Clock of the pauses.</param>
    /// <param name="failed">Is told why a question was not answered.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<ResourceType<CronJob>> FindAsync(KubernetesClient client, TimeProvider time, Action<string> failed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(failed);
        while (true)
        {
            try
            {
                var served = await client.FindApiResourcesAsync("batch/v1", cancellationToken);
                return served?.Resources?.Any(static r => r.Kind == "CronJob") == true ? Resources.CronJobs : Resources.CronJobsV1Beta1;
            }
            catch (KubernetesException e)
            {
                failed(e.Message);
                await Task.Delay(RetryAfter, time, cancellationToken);
            }
        }
    }
}
