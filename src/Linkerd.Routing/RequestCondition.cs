using System.Text;
using Linkerd.Http;
using Linkerd.Model;

namespace Linkerd.Routing;

/// <summary>A service profile's condition over requests, compiled. Matching allocates nothing.</summary>
public abstract class RequestCondition
{
    private RequestCondition()
    {
    }

    public static RequestCondition Compile(RequestMatch match) => match switch
    {
        RequestMatch.All all => new AllOf([.. all.Matches.Select(Compile)]),
        RequestMatch.Any any => new AnyOf([.. any.Matches.Select(Compile)]),
        RequestMatch.Not not => new NotOf(Compile(not.Match)),
        RequestMatch.Path path => new PathIs(new CompiledRegex(path.Regex)),
        RequestMatch.Method method => new MethodIs(Encoding.ASCII.GetBytes(method.Name)),
        _ => throw new ArgumentException($"{match?.GetType().Name} is no condition", nameof(match)),
    };

    public abstract bool IsMatch(HeaderBlock head);

    private sealed class AllOf(RequestCondition[] parts) : RequestCondition
    {
        public override bool IsMatch(HeaderBlock head)
        {
            foreach (RequestCondition part in parts)
            {
                if (!part.IsMatch(head)) return false;
            }

            return true;
        }
    }

    private sealed class AnyOf(RequestCondition[] parts) : RequestCondition
    {
        public override bool IsMatch(HeaderBlock head)
        {
            foreach (RequestCondition part in parts)
            {
                if (part.IsMatch(head)) return true;
            }

            return false;
        }
    }

    private sealed class NotOf(RequestCondition part) : RequestCondition
    {
        public override bool IsMatch(HeaderBlock head) => !part.IsMatch(head);
    }

    private sealed class PathIs(CompiledRegex regex) : RequestCondition
    {
        public override bool IsMatch(HeaderBlock head)
        {
            ReadOnlySpan<byte> path = head.Path;
            int mark = path.IndexOf((byte)'?');
            return regex.IsMatch(mark < 0 ? path : path[..mark]);
        }
    }

    private sealed class MethodIs(byte[] name) : RequestCondition
    {
        public override bool IsMatch(HeaderBlock head) => head.Method.SequenceEqual(name);
    }
}
