using System.Text.RegularExpressions;

namespace Linkerd.Cli.Profiles;

/// <summary>The Service that a profile is for.</summary>
/// <param name="Service">Name of the Service.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="ClusterDomain">DNS domain of the cluster, such as <c>cluster.local</c>.</param>
public sealed partial record ProfileName(string Service, string Namespace, string ClusterDomain)
{
    /// <summary>The name of the ServiceProfile, which is the Service's DNS name.</summary>
    public string Authority => $"{Service}.{Namespace}.svc.{ClusterDomain}";

    /// <summary>Refuses names that no Service has.</summary>
    /// <exception cref="CliException">The message says which name, and what one looks like.</exception>
    public void Validate()
    {
        if (!ServicePattern().IsMatch(Service))
            throw new CliException($"invalid service \"{Service}\": give the bare name of the Service, at most 63 lower case letters, digits and '-', beginning with a letter (such as webapp); its namespace goes to -n");
        if (!NamespacePattern().IsMatch(Namespace))
            throw new CliException($"invalid namespace \"{Namespace}\": at most 63 lower case letters, digits and '-', beginning and ending with a letter or digit");
    }

    [GeneratedRegex(@"^[a-z]([-a-z0-9]{0,61}[a-z0-9])?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex ServicePattern();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex NamespacePattern();
}
