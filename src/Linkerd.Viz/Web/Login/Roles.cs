namespace Linkerd.Viz.Web.Login;

/// <summary>What a user may do.</summary>
[Flags]
internal enum Roles
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>See all pages.</summary>
    View = 1,

    /// <summary>Watch requests: tap and top.</summary>
    Tap = 2,

    /// <summary>Everything.</summary>
    All = View | Tap,
}
