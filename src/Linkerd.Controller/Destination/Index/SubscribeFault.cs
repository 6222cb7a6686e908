namespace Linkerd.Controller.Destination.Index;

/// <summary>Why there is nothing to subscribe to.</summary>
internal enum SubscribeFault
{
    /// <summary>There is no such Service.</summary>
    NotFound,

    /// <summary>The Service is an alias for a name outside (ExternalName) and has no endpoints.</summary>
    ExternalName,

    /// <summary>Several Services, or several ExternalWorkloads, claim the address.</summary>
    AmbiguousAddress,

    /// <summary>Too many streams are open.</summary>
    TooMany,
}
