using System.Runtime.CompilerServices;

namespace Linkerd.Http;

/// <summary>Checks a limit at the moment that it is set.</summary>
internal static class Bounds
{
    public static int Check(int value, int min, int max, [CallerMemberName] string name = "") =>
        value >= min && value <= max ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; it must be from {min} to {max}");
}
