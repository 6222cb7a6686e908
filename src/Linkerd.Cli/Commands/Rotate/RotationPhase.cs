namespace Linkerd.Cli.Commands.Rotate;

/// <summary>How far a rotation is; each phase may be begun again.</summary>
internal enum RotationPhase
{
    /// <summary>New anchors are put beside the old ones.</summary>
    Adding,

    /// <summary>The new issuer is put in the place of the old one.</summary>
    Swapping,

    /// <summary>The old anchors are taken away.</summary>
    Removing,
}
