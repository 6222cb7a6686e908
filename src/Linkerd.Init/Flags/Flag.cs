namespace Linkerd.Init.Flags;

/// <summary>One flag: its names, whether it is a switch, what it does with its value.</summary>
/// <param name="Name">Long name without dashes.</param>
/// <param name="Short">One letter, or '\0'.</param>
/// <param name="IsSwitch">A switch needs no value; <c>--name=false</c> turns it off.</param>
/// <param name="Help">One line.</param>
/// <param name="Set">Takes the value; a thrown <see cref="FlagException"/> names what is wrong with it.</param>
internal sealed record Flag(string Name, char Short, bool IsSwitch, string Help, Action<string> Set);
