namespace Linkerd.Components;

/// <summary>One component of a multi-call binary, reached as <c>linkerd-controller NAME</c> or <c>linkerd-viz NAME</c>.</summary>
internal interface IComponent
{
    /// <summary>The subcommand.</summary>
    string Name { get; }

    /// <summary>One line for the help.</summary>
    string Summary { get; }

    /// <summary>A paragraph for the component's own help: what it does, what it needs, how to try it.</summary>
    string Description { get; }

    /// <summary>Declares the component's flags; called once, before <see cref="RunAsync"/>.</summary>
    void Declare(FlagSet flags);

    /// <summary>Starts and serves until <paramref name="cancel"/>, then ends in good order.</summary>
    /// <exception cref="UsageException">A flag's value cannot be used.</exception>
    Task RunAsync(ComponentContext context, CancellationToken cancel);
}
