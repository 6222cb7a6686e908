namespace Linkerd.Controller.Identity.Index;

/// <summary>Hears what becomes of the issuer.</summary>
internal interface IIssuerEvents
{
    /// <summary>An issuer is in force.</summary>
    void Taken(string name, DateTimeOffset notAfter, bool first);

    /// <summary>What the files hold cannot be used.</summary>
    void Refused(string reason, bool hasIssuer);
}
