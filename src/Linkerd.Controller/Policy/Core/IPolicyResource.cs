namespace Linkerd.Controller.Policy.Core;

/// <summary>What every policy resource has: a name, and an age by which conflicts are settled.</summary>
internal interface IPolicyResource
{
    /// <summary>Its name.</summary>
    ResourceName Name { get; }

    /// <summary>When it was created; the older of two wins, then the one whose name sorts first.</summary>
    DateTimeOffset Created { get; }
}
