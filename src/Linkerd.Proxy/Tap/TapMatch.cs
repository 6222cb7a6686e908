using System.Net;
using System.Text;
using Linkerd.Api.Mapping;
using Linkerd.Http;
using Linkerd.Net;
using Observed = Linkerd.Api.Tap.ObserveRequest.Types;
using WireTypes = Linkerd.Api.HttpTypes;

namespace Linkerd.Proxy.Tap;

/// <summary>Which requests a tap wants, compiled. Matching allocates nothing.</summary>
internal abstract class TapMatch
{
    /// <summary>Matches inside of matches at most.</summary>
    public const int MaxDepth = 16;

    /// <summary>Matches of one tap at most.</summary>
    public const int MaxParts = 256;

    /// <exception cref="WireException">The match makes no sense; the message says what is wrong.</exception>
    public static TapMatch Compile(Observed.Match? match)
    {
        int parts = 0;
        return Compile(match, 0, ref parts);
    }

    public abstract bool IsMatch(HeaderBlock request, SocketAddress source, TapSubject subject, TapLabels? route);

    private static TapMatch Compile(Observed.Match? match, int depth, ref int parts)
    {
        if (depth > MaxDepth || ++parts > MaxParts) throw new WireException($"match: at most {MaxParts} parts, {MaxDepth} deep");
        switch (match?.MatchCase)
        {
            case Observed.Match.MatchOneofCase.All:
                return new All(Compile(match.All, depth, ref parts));
            case Observed.Match.MatchOneofCase.Any:
                return new Any(Compile(match.Any, depth, ref parts));
            case Observed.Match.MatchOneofCase.Not:
                return new Not(Compile(match.Not, depth + 1, ref parts));
            case Observed.Match.MatchOneofCase.Source:
                return new Address(match.Source, isSource: true);
            case Observed.Match.MatchOneofCase.Destination:
                return new Address(match.Destination, isSource: false);
            case Observed.Match.MatchOneofCase.DestinationLabel:
                return new Label(match.DestinationLabel, ofRoute: false);
            case Observed.Match.MatchOneofCase.RouteLabel:
                return new Label(match.RouteLabel, ofRoute: true);
            case Observed.Match.MatchOneofCase.Http:
                return new Http(match.Http);
            default:
                throw new WireException("match: none is set");
        }
    }

    private static TapMatch[] Compile(Observed.Match.Types.Seq sequence, int depth, ref int parts)
    {
        var list = new List<TapMatch>(sequence.Matches.Count);
        foreach (Observed.Match item in sequence.Matches)
        {
            if (item.MatchCase != Observed.Match.MatchOneofCase.None) list.Add(Compile(item, depth + 1, ref parts));
        }

        return [.. list];
    }

    private sealed class All(TapMatch[] matches) : TapMatch
    {
        public override bool IsMatch(HeaderBlock request, SocketAddress source, TapSubject subject, TapLabels? route)
        {
            foreach (TapMatch match in matches)
            {
                if (!match.IsMatch(request, source, subject, route)) return false;
            }

            return true;
        }
    }

    private sealed class Any(TapMatch[] matches) : TapMatch
    {
        public override bool IsMatch(HeaderBlock request, SocketAddress source, TapSubject subject, TapLabels? route)
        {
            foreach (TapMatch match in matches)
            {
                if (match.IsMatch(request, source, subject, route)) return true;
            }

            return false;
        }
    }

    private sealed class Not(TapMatch match) : TapMatch
    {
        public override bool IsMatch(HeaderBlock request, SocketAddress source, TapSubject subject, TapLabels? route) => !match.IsMatch(request, source, subject, route);
    }

    private sealed class Address : TapMatch
    {
        private readonly bool _isSource;
        private readonly bool _isPorts;
        private readonly uint _min;
        private readonly uint _max;
        private readonly UInt128 _network;
        private readonly UInt128 _mask;

        public Address(Observed.Match.Types.Tcp match, bool isSource)
        {
            _isSource = isSource;
            _isPorts = match.MatchCase == Observed.Match.Types.Tcp.MatchOneofCase.Ports;
            if (_isPorts)
            {
                // An end that is not given is the other one.
                _min = match.Ports.Min == 0 ? match.Ports.Max : match.Ports.Min;
                _max = match.Ports.Max == 0 ? match.Ports.Min : match.Ports.Max;
                if (_min == 0 || _max > 65535 || _min > _max) throw new WireException($"match.ports: {match.Ports.Min} to {match.Ports.Max} is no range of ports");
                return;
            }

            if (match.MatchCase != Observed.Match.Types.Tcp.MatchOneofCase.Netmask) throw new WireException("match: neither ports nor netmask is set");
            IPAddress ip = Addresses.ToModel(match.Netmask.Ip);
            uint bits = match.Netmask.Mask;
            bool isV4 = ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork;
            if (bits == 0 || bits > (isV4 ? 32 : 128)) throw new WireException($"match.netmask: {bits} is no length of a prefix");
            int length = isV4 ? (int)bits + 96 : (int)bits;
            _mask = UInt128.MaxValue << (128 - length);
            _network = Number(SocketAddress.From(ip, 0)) & _mask;
        }

        public override bool IsMatch(HeaderBlock request, SocketAddress source, TapSubject subject, TapLabels? route)
        {
            SocketAddress address = _isSource ? source : subject.Destination;
            return _isPorts ? (uint)address.Port >= _min && (uint)address.Port <= _max : (Number(address) & _mask) == _network;
        }

        private static UInt128 Number(SocketAddress address) => address.MapToV6() is var six ? new UInt128(six.V6High, six.V6Low) : default;
    }

    private sealed class Label : TapMatch
    {
        private readonly bool _ofRoute;
        private readonly string _key;
        private readonly string _value;

        public Label(Observed.Match.Types.Label label, bool ofRoute)
        {
            if (label.Key.Length == 0 || label.Value.Length == 0) throw new WireException("match.label: key and value must be given");
            _ofRoute = ofRoute;
            _key = label.Key;
            _value = label.Value;
        }

        public override bool IsMatch(HeaderBlock request, SocketAddress source, TapSubject subject, TapLabels? route)
        {
            IReadOnlyList<KeyValuePair<string, string>>? labels = _ofRoute ? route?.Labels : subject.DestinationLabels;
            if (labels is null) return false;
            for (int i = 0; i < labels.Count; i++)
            {
                if (labels[i].Key == _key) return labels[i].Value == _value;
            }

            return false;
        }
    }

    private sealed class Http : TapMatch
    {
        private readonly Observed.Match.Types.Http.MatchOneofCase _part;
        private readonly byte[] _text;
        private readonly bool _isPrefix;

        public Http(Observed.Match.Types.Http match)
        {
            _part = match.MatchCase;
            switch (_part)
            {
                case Observed.Match.Types.Http.MatchOneofCase.Scheme:
                    _text = Encoding.ASCII.GetBytes(Scheme(match.Scheme));
                    break;
                case Observed.Match.Types.Http.MatchOneofCase.Method:
                    _text = Encoding.ASCII.GetBytes(Method(match.Method));
                    break;
                case Observed.Match.Types.Http.MatchOneofCase.Authority:
                    (_text, _isPrefix) = Text(match.Authority);
                    break;
                case Observed.Match.Types.Http.MatchOneofCase.Path:
                    (_text, _isPrefix) = Text(match.Path);
                    break;
                default:
                    throw new WireException("match.http: none is set");
            }
        }

        public override bool IsMatch(HeaderBlock request, SocketAddress source, TapSubject subject, TapLabels? route)
        {
            ReadOnlySpan<byte> value = _part switch
            {
                Observed.Match.Types.Http.MatchOneofCase.Scheme => request.Scheme.IsEmpty ? "http"u8 : request.Scheme,
                Observed.Match.Types.Http.MatchOneofCase.Method => request.Method,
                Observed.Match.Types.Http.MatchOneofCase.Authority => request.Authority,
                _ => TapEvents.PathOf(request),
            };
            return _isPrefix ? value.StartsWith(_text) : value.SequenceEqual(_text);
        }

        private static (byte[] Text, bool IsPrefix) Text(Observed.Match.Types.Http.Types.StringMatch match) => match.MatchCase switch
        {
            Observed.Match.Types.Http.Types.StringMatch.MatchOneofCase.Exact => (Encoding.UTF8.GetBytes(match.Exact), false),
            Observed.Match.Types.Http.Types.StringMatch.MatchOneofCase.Prefix => (Encoding.UTF8.GetBytes(match.Prefix), true),
            _ => throw new WireException("match.http: neither exact nor prefix is set"),
        };

        private static string Method(WireTypes.HttpMethod method) => method.TypeCase switch
        {
            WireTypes.HttpMethod.TypeOneofCase.Registered when Enum.IsDefined(method.Registered) => method.Registered.ToString().ToUpperInvariant(),
            WireTypes.HttpMethod.TypeOneofCase.Unregistered when method.Unregistered.Length > 0 => method.Unregistered,
            _ => throw new WireException("match.http.method: not a method"),
        };

        private static string Scheme(WireTypes.Scheme scheme) => scheme.TypeCase switch
        {
            WireTypes.Scheme.TypeOneofCase.Registered when scheme.Registered == WireTypes.Scheme.Types.Registered.Http => "http",
            WireTypes.Scheme.TypeOneofCase.Registered when scheme.Registered == WireTypes.Scheme.Types.Registered.Https => "https",
            WireTypes.Scheme.TypeOneofCase.Unregistered when scheme.Unregistered.Length > 0 => scheme.Unregistered,
            _ => throw new WireException("match.http.scheme: not a scheme"),
        };
    }
}
