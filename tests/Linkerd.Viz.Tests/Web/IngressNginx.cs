using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Linkerd.Kubernetes.Yaml;
using Linkerd.Testing;

namespace Linkerd.Viz.Tests.Web;

/// <summary>
/// Debian's nginx with TLS and a password in front of a dashboard, for the host dashboard.example.com. Its configuration is a block of
/// docs/tasks/dashboard-ingress.md: an nginx configuration as it stands, or an Ingress, turned into what ingress-nginx makes of it.
/// </summary>
internal sealed partial class IngressNginx : IAsyncDisposable
{
    public const string Host = "dashboard.example.com";
    private const string Annotations = "nginx.ingress.kubernetes.io/";
    private static readonly string s_page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "tasks", "dashboard-ingress.md"));
    private readonly Process _process;
    private readonly string _folder;

    private IngressNginx(Process process, string folder, int port)
    {
        _process = process;
        _folder = folder;
        Port = port;
    }

    public int Port { get; }

    /// <summary>The page's Ingress for a dashboard with this <c>-enforced-host</c>.</summary>
    public static JsonObject Ingress(string enforcedHost) => KubernetesYaml.Read(Block($"<!-- ingress: {(enforcedHost.Length == 0 ? "" : "enforced-host=" + enforcedHost + " ")}-->", "yaml"))!.AsObject();

    /// <summary>The page's nginx configuration.</summary>
    public static string Configuration() => Block("<!-- nginx -->", "nginx");

    /// <summary>Starts it with a configuration of its own.</summary>
    public static async Task<IngressNginx> StartAsync(string configuration, int dashboard)
    {
        if (!File.Exists("/usr/sbin/nginx"))
            Assert.Skip("nginx is not installed: apt-get install nginx-light");
        var folder = Directory.CreateTempSubdirectory("ingress-").FullName;
        Certificate(folder);
        // As htpasswd of apache2-utils writes it: apr1.
        await File.WriteAllTextAsync(Path.Combine(folder, "dashboard.htpasswd"), "admin:" + await OpensslAsync("passwd", "-apr1", "let me in"));
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        var server = configuration.Replace("listen 443 ssl", $"listen 127.0.0.1:{port} ssl", StringComparison.Ordinal)
            .Replace("http://127.0.0.1:8084", $"http://127.0.0.1:{dashboard}", StringComparison.Ordinal).Replace("/etc/nginx/", folder + "/", StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(folder, "nginx.conf"), $$"""
            daemon off;
            master_process off;
            pid nginx.pid;
            error_log stderr error;
            events {}
            http {
              access_log off;
              client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
              {{server}}
            }
            """);
        var process = Process.Start(new ProcessStartInfo("/usr/sbin/nginx", ["-p", folder, "-c", Path.Combine(folder, "nginx.conf")]) { RedirectStandardError = true })!;
        var nginx = new IngressNginx(process, folder, port);
        await Eventually.TrueAsync(() => process.HasExited || Answers(port), "nginx listens");
        Assert.False(process.HasExited, process.HasExited ? await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken) : "");
        return nginx;
    }

    /// <summary>What ingress-nginx 1.x makes of an Ingress of one rule: its template's headers, the annotations, the snippet at the location's end.</summary>
    public static string Render(JsonObject ingress, string moreSnippet = "")
    {
        var (metadata, rule) = (ingress["metadata"]!, ingress["spec"]!["rules"]![0]!);
        var service = rule["http"]!["paths"]![0]!["backend"]!["service"]!;
        string? Of(string name) => metadata["annotations"]![Annotations + name]?.GetValue<string>();
        Assert.Equal("basic", Of("auth-type"));
        return $$"""
            map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
            map $host $best_http_host { default $http_host; }
            server {
              listen 443 ssl;
              server_name {{rule["host"]}};
              ssl_certificate /etc/nginx/dashboard.crt;
              ssl_certificate_key /etc/nginx/dashboard.key;
              location / {
                set $namespace "{{metadata["namespace"]}}";
                set $service_name "{{service["name"]}}";
                set $service_port "{{service["port"]!["number"]}}";
                auth_basic "{{Of("auth-realm")}}";
                auth_basic_user_file /etc/nginx/dashboard.htpasswd;
                proxy_set_header Authorization "";
                proxy_set_header Host {{(Of("upstream-vhost") is { } host ? $"\"{host}\"" : "$best_http_host")}};
                proxy_set_header Upgrade $http_upgrade;
                proxy_set_header Connection $connection_upgrade;
                proxy_set_header X-Request-ID $request_id;
                proxy_set_header X-Real-IP $remote_addr;
                proxy_set_header X-Forwarded-For $remote_addr;
                proxy_set_header X-Forwarded-Host $best_http_host;
                proxy_set_header X-Forwarded-Proto $scheme;
                proxy_set_header X-Scheme $scheme;
                proxy_set_header Proxy "";
                proxy_http_version 1.1;
                proxy_buffering off;
                {{Of("configuration-snippet")}}
                {{moreSnippet}}
                proxy_pass http://127.0.0.1:8084;
                proxy_redirect off;
              }
            }
            """;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string Block(string mark, string language)
    {
        var at = s_page.IndexOf(mark, StringComparison.Ordinal);
        Assert.True(at >= 0, $"docs/tasks/dashboard-ingress.md has no {mark}");
        var block = Fenced().Match(s_page, at);
        Assert.True(block.Success && block.Index == at + mark.Length && block.Groups["language"].Value == language, $"{mark} is not followed by a block of {language}");
        return block.Groups["text"].Value;
    }

    private static bool Answers(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static void Certificate(string folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + Host, key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        File.WriteAllText(Path.Combine(folder, "dashboard.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "dashboard.key"), key.ExportPkcs8PrivateKeyPem());
    }

    private static async Task<string> OpensslAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("openssl", arguments) { RedirectStandardOutput = true })!;
        var text = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        return text;
    }

    [GeneratedRegex(@"\n```(?<language>[a-z]+)\n(?<text>.*?)\n```\n", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Fenced();
}
