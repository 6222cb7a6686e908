namespace Linkerd.Viz.Web.Login;

/// <summary>Checks passwords, as many at once as leave the processor to others; an unknown user takes as long as a known one.</summary>
internal sealed class PasswordLogin(LoginFiles files) : IDisposable
{
    private const int Parallel = 2;
    private const int Waiting = 16;
    private const int MaxName = 256;
    private const int MaxPassword = 1024;

    // Cost 10 is what most files have (htpasswd -B -C 10); a user who is not there is checked against this.
    private static readonly string s_nobody = Bcrypt.Hash("", new byte[16], 10);
    private readonly SemaphoreSlim _slots = new(Parallel, Parallel);
    private int _waiting;

    /// <inheritdoc/>
    public void Dispose() => _slots.Dispose();

    /// <summary>The hash that the password matched, null when it did not.</summary>
    /// <exception cref="TooManyLoginsException">Too many are being checked.</exception>
    public async Task<string?> CheckAsync(string user, string password, CancellationToken cancel)
    {
        if (user.Length is 0 or > MaxName || password.Length > MaxPassword)
            return null;
        if (Interlocked.Increment(ref _waiting) > Parallel + Waiting)
        {
            Interlocked.Decrement(ref _waiting);
            throw new TooManyLoginsException();
        }

        try
        {
            await _slots.WaitAsync(cancel);
            try
            {
                var known = files.Current.Users.Hash(user);
                var matches = await Task.Run(() => Bcrypt.Verify(password, known ?? s_nobody), cancel);
                return matches ? known : null;
            }
            finally
            {
                _slots.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
