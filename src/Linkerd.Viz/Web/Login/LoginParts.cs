using Linkerd.Viz.Web.Api;
using Linkerd.Viz.Web.Sessions;
using Microsoft.Extensions.Logging;

namespace Linkerd.Viz.Web.Login;

/// <summary>What login is made of, from the flags.</summary>
internal sealed partial class LoginParts : IDisposable
{
    private const int MaxAnswer = 1024 * 1024;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly HttpClient? _http;
    private readonly OidcLogin? _oidc;
    private readonly TextWriter? _file;
    private readonly PasswordLogin _passwords;

    private LoginParts(LoginFiles files, AuditLog audit, HttpClient? http, OidcLogin? oidc, TextWriter? file)
    {
        Files = files;
        Audit = audit;
        _passwords = new PasswordLogin(files);
        _http = http;
        _oidc = oidc;
        _file = file;
    }

    /// <summary>The mounted Secret.</summary>
    public LoginFiles Files { get; }

    /// <summary>Who did what.</summary>
    public AuditLog Audit { get; }

    /// <summary>Makes them.</summary>
    /// <exception cref="UsageException">A flag or a file cannot be used.</exception>
    public static LoginParts Create(FlagSet flags, WebOptions options, TimeProvider time, ILogger log)
    {
        var files = new LoginFiles(flags.Text("login-dir"), time, log);
        Load(files, options, flags, log);
        var path = flags.Text("audit-log");
        TextWriter? file = null;
        try
        {
            file = path is "-" or "" ? null : new StreamWriter(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FlagSet.Fault("audit-log", path, $"a file that can be written: {e.Message}");
        }

        var audit = new AuditLog(file ?? Console.Out, time);
        if (options.Login != LoginMode.Oidc)
            return new LoginParts(files, audit, null, null, file);
        var http = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
        {
            Timeout = s_patience,
            MaxResponseContentBufferSize = MaxAnswer,
        };
        return new LoginParts(files, audit, http, new OidcLogin(LoginFlags.Oidc(flags), files, http, time), file);
    }

    /// <summary>The calls of login.</summary>
    public SessionApi Api(WebOptions options, SessionStore sessions, KubernetesTokens? tokens, TimeProvider time) =>
        new(options, sessions, new LoginGuard(time), _passwords, _oidc, tokens, Audit);

    /// <inheritdoc/>
    public void Dispose()
    {
        _oidc?.Dispose();
        _passwords.Dispose();
        _http?.Dispose();
        _file?.Dispose();
    }

    private static void Load(LoginFiles files, WebOptions options, FlagSet flags, ILogger log)
    {
        if (options.Login == LoginMode.None)
            return;
        try
        {
            files.Load();
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            throw FlagSet.Fault("login-dir", flags.Text("login-dir"), $"a folder with good files: {e.Message}");
        }

        if (options.Login == LoginMode.Password && files.Current.Users.Count == 0)
            NoUsers(log, flags.Text("login-dir"));
    }

    [LoggerMessage(1, LogLevel.Warning, "login: {Folder} names no user: nobody can log in but by linkerd viz dashboard")]
    private static partial void NoUsers(ILogger log, string folder);
}
