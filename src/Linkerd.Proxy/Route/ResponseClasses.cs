using Linkerd.Model;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Route;

/// <summary>A service profile's response classes: the first that matches the status says whether it is a failure.</summary>
public sealed class ResponseClasses : IResponseClassifier
{
    // By status, 100 to 999: 0 unknown, 1 failure, 2 success.
    private readonly byte[] _verdicts = new byte[900];

    private ResponseClasses(IReadOnlyList<ResponseClass> classes)
    {
        for (int i = 0; i < _verdicts.Length; i++)
        {
            ResponseClass? found = classes.FirstOrDefault(c => IsMatch(c.Condition, i + 100));
            _verdicts[i] = (byte)(found is null ? 0 : found.IsFailure ? 1 : 2);
        }
    }

    /// <summary>Null when there are none.</summary>
    public static ResponseClasses? Compile(IReadOnlyList<ResponseClass> classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        return classes.Count == 0 ? null : new ResponseClasses(classes);
    }

    public bool? IsFailure(int status) => (uint)(status - 100) >= (uint)_verdicts.Length || _verdicts[status - 100] == 0 ? null : _verdicts[status - 100] == 1;

    private static bool IsMatch(ResponseMatch match, int status) => match switch
    {
        ResponseMatch.All all => all.Matches.All(m => IsMatch(m, status)),
        ResponseMatch.Any any => any.Matches.Any(m => IsMatch(m, status)),
        ResponseMatch.Not not => !IsMatch(not.Match, status),
        ResponseMatch.Status range => status >= range.Min && status <= range.Max,
        _ => false,
    };
}
