using System.Text;

namespace Linkerd.Proxy.Identity;

/// <summary>
/// The anchors that the control plane sent last, in the identity folder. A container that is restarted begins with them: the environment of its
/// pod still says what was true when the pod was made, which a rotation may have ended since. Whoever can write to the folder has the proxy's
/// key too.
/// </summary>
/// <param name="folder">The identity folder.</param>
/// <param name="environment">What the environment says. What was kept under another environment does not count.</param>
internal sealed class KeptAnchors(string folder, TrustAnchorSet environment)
{
    private const int MaxLength = 1 << 20;

    private readonly string _path = Path.Combine(folder, "trust-anchors.pem");

    private string Origin => $"# environment: {string.Join(',', environment.Hashes)}\n";

    /// <summary>What was kept; null when nothing is, or nothing that counts.</summary>
    public TrustAnchorSet? Read()
    {
        try
        {
            var file = new FileInfo(_path);
            if (!file.Exists || file.Length > MaxLength) return null;
            string text = File.ReadAllText(_path);
            return text.StartsWith(Origin, StringComparison.Ordinal) ? TrustAnchorSet.Parse(text) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Keeps anchors.</summary>
    /// <returns>Why that failed; null when it did not.</returns>
    public string? Write(TrustAnchorSet anchors)
    {
        try
        {
            string fresh = _path + ".new";
            File.WriteAllText(fresh, Origin + anchors.Pem, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            File.Move(fresh, _path, overwrite: true);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }
}
