using Microsoft.Extensions.Logging;

namespace Linkerd.Viz.Web.Login;

/// <summary>
/// The mounted Secret: <c>users</c>, <c>roles</c> and <c>client-secret</c>, each optional. Read again when a file changes, at most every
/// five seconds; a file that turns bad leaves what was read before in force.
/// </summary>
internal sealed partial class LoginFiles(string folder, TimeProvider time, ILogger log)
{
    private const int MaxBytes = 4 * 1024 * 1024;
    private static readonly TimeSpan Recheck = TimeSpan.FromSeconds(5);
    private readonly Lock _lock = new();
    private long? _checked;
    private string _stamp = "";
    private LoginData _data = new(UserTable.Empty, RoleTable.Open, "");

    /// <summary>Where they are.</summary>
    public string Folder => folder;

    /// <summary>What the files say now.</summary>
    public LoginData Current
    {
        get
        {
            lock (_lock)
            {
                var now = time.GetTimestamp();
                if (_checked is null || time.GetElapsedTime(_checked.Value, now) >= Recheck)
                {
                    _checked = now;
                    Reload_NeedsLock();
                }

                return _data;
            }
        }
    }

    /// <summary>Reads the files now.</summary>
    /// <exception cref="FormatException">A file cannot be used.</exception>
    public void Load()
    {
        lock (_lock)
            Read_NeedsLock(Stamp());
    }

    private void Reload_NeedsLock()
    {
        var stamp = Stamp();
        if (stamp == _stamp)
            return;
        try
        {
            Read_NeedsLock(stamp);
            Reloaded(log, folder, _data.Users.Count);
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            // Said once per change.
            _stamp = stamp;
            Refused(log, folder, e.Message);
        }
    }

    private void Read_NeedsLock(string stamp)
    {
        var users = Text("users") is { } u ? UserTable.Parse(u) : UserTable.Empty;
        var roles = Text("roles") is { } r ? RoleTable.Parse(r) : RoleTable.Open;
        _data = new LoginData(users, roles, Text("client-secret")?.Trim() ?? "");
        _stamp = stamp;
    }

    private string? Text(string name)
    {
        var file = new FileInfo(Path.Combine(folder, name));
        if (!file.Exists)
            return null;
        if (file.Length > MaxBytes)
            throw new FormatException($"{file.FullName} is larger than {MaxBytes} bytes");
        return File.ReadAllText(file.FullName);
    }

    // A Secret is changed by swapping a link: the time of what the link leads to is what counts.
    private string Stamp() => string.Join('|', new[] { "users", "roles", "client-secret" }.Select(name =>
    {
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
            return "-";
        var target = new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true) ?? new FileInfo(path);
        return $"{target.FullName}@{File.GetLastWriteTimeUtc(target.FullName).Ticks}";
    }));

    [LoggerMessage(1, LogLevel.Information, "login: {Folder} was read again: {Users} users")]
    private static partial void Reloaded(ILogger log, string folder, int users);

    [LoggerMessage(2, LogLevel.Error, "login: {Folder} has changed and cannot be used; what was there before stays in force: {Reason}")]
    private static partial void Refused(ILogger log, string folder, string reason);
}
