using Linkerd.Controller.Destination.Core;

namespace Linkerd.Controller.Destination.Index;

/// <summary>One client's interest in a profile.</summary>
internal sealed class ProfileWatch(ProfileTarget target, Action<Profile> listener)
{
    private Profile? _last;

    public ProfileTarget Target { get; } = target;

    /// <summary>Tells the listener what the target is now; while that cannot be said, what was told before stands.</summary>
    public void PublishIfKnown(Profile? profile)
    {
        if (profile is not null)
            Publish(profile);
    }

    /// <summary>Tells the listener, unless it was told the same before.</summary>
    public void Publish(Profile profile)
    {
        if (profile.Equals(_last))
            return;
        _last = profile;
        listener(profile);
    }
}
