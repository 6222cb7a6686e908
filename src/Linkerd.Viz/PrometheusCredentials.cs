using System.Net.Http.Headers;
using System.Text;

namespace Linkerd.Viz;

/// <summary>
/// Files with the user and the password that a Prometheus is asked with. They are read for every request, so that a Secret that changes
/// needs no restart.
/// </summary>
internal sealed record PrometheusCredentials(string UserFile, string PasswordFile)
{
    /// <summary>What the flags name; null when they name nothing.</summary>
    /// <exception cref="UsageException">Only one of them is given, or a file cannot be read.</exception>
    public static PrometheusCredentials? Read(FlagSet flags)
    {
        var (user, password) = (flags.Text("prometheus-user-file"), flags.Text("prometheus-password-file"));
        if (user.Length == 0 && password.Length == 0)
            return null;
        foreach (var (name, file) in (ReadOnlySpan<(string, string)>)[("prometheus-user-file", user), ("prometheus-password-file", password)])
        {
            if (!File.Exists(file))
                throw FlagSet.Fault(name, file, "a file that exists; both files are needed");
        }

        return new PrometheusCredentials(user, password);
    }

    private async Task<AuthenticationHeaderValue> HeaderAsync(CancellationToken cancel)
    {
        var user = (await File.ReadAllTextAsync(UserFile, cancel)).Trim();
        var password = (await File.ReadAllTextAsync(PasswordFile, cancel)).Trim();
        return new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
    }

    /// <summary>Sends them with every request.</summary>
    public sealed class Handler(PrometheusCredentials credentials, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        /// <inheritdoc/>
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            try
            {
                request.Headers.Authorization = await credentials.HeaderAsync(cancellationToken);
            }
            catch (IOException e)
            {
                throw new HttpRequestException($"the credentials cannot be read: {e.Message}", e);
            }

            return await base.SendAsync(request, cancellationToken);
        }
    }
}
