using System.Text.Json.Nodes;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Api;

/// <summary>The rules of one kind: defaults, what a client may set, and what is valid. Works on the stored form.</summary>
internal class ResourceStrategy
{
    public static ResourceStrategy Plain { get; } = new();

    /// <summary>Fills what the client left out; called on every body and after every patch and webhook, so it must be idempotent.</summary>
    public virtual void Default(JsonObject node)
    {
    }

    /// <summary>Resets what a client cannot set on creation.</summary>
    public virtual void PrepareCreate(JsonObject node)
    {
    }

    /// <summary>Carries over what a client cannot change; not called for subresources.</summary>
    public virtual void PrepareUpdate(JsonObject node, JsonObject old)
    {
    }

    /// <summary>Collects the faults of an object about to be stored; <paramref name="old"/> is null on creation.</summary>
    public virtual void Validate(JsonObject node, JsonObject? old, List<FieldError> errors)
    {
    }

    /// <summary>Whether a replacement may leave out <c>resourceVersion</c> and win over whatever is there.</summary>
    public virtual bool AllowsUnconditionalUpdate => true;

    /// <summary>Whether a client may create the object with a status.</summary>
    public virtual bool KeepsStatusOnCreate => false;

    /// <summary>The value of a field for field selectors, beside metadata.name and metadata.namespace; null: not selectable.</summary>
    public virtual string? SelectableField(JsonObject node, string field) => null;

    /// <summary>Whether the name follows DNS label (63, no dots) instead of DNS subdomain; null: any path segment.</summary>
    public virtual NameRule NameRule => NameRule.Subdomain;

    /// <summary>Reserves addresses or ports; undone by <see cref="Release"/> when the write fails, is a dry run, or the object goes.</summary>
    public virtual void Allocate(JsonObject node, JsonObject? old, List<FieldError> errors)
    {
    }

    public virtual void Release(JsonObject node)
    {
    }

    /// <summary>Gives back what <paramref name="node"/> holds and <paramref name="kept"/> does not.</summary>
    public virtual void ReleaseDifference(JsonObject node, JsonObject? kept)
    {
    }
}
