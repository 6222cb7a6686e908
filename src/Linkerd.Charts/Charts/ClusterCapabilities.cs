using Linkerd.Charts.Functions;
using Linkerd.Charts.Templates;

namespace Linkerd.Charts;

/// <summary>What a cluster can do: <c>.Capabilities</c> of templates.</summary>
public sealed class ClusterCapabilities : ITemplateObject
{
    private static readonly string[] BuiltIn =
    [
        "v1", "admissionregistration.k8s.io/v1", "apiextensions.k8s.io/v1", "apiregistration.k8s.io/v1", "apps/v1", "authentication.k8s.io/v1",
        "authorization.k8s.io/v1", "autoscaling/v2", "batch/v1", "batch/v1/CronJob", "coordination.k8s.io/v1", "discovery.k8s.io/v1", "events.k8s.io/v1",
        "networking.k8s.io/v1", "node.k8s.io/v1", "policy/v1", "policy/v1/PodDisruptionBudget", "rbac.authorization.k8s.io/v1", "scheduling.k8s.io/v1", "storage.k8s.io/v1",
    ];

    private readonly Version _version;
    private readonly HashSet<string> _apiVersions;

    /// <summary>Creates the capabilities.</summary>
    /// <param name="kubeVersion">As <c>/version</c> gives it: <c>v1.28.3+k3s1</c>.</param>
    /// <param name="apiVersions">Group versions (<c>policy/v1</c>) and kinds in them (<c>policy/v1/PodDisruptionBudget</c>).</param>
    /// <exception cref="ChartException">The version is none.</exception>
    public ClusterCapabilities(string kubeVersion, IEnumerable<string> apiVersions)
    {
        try
        {
            _version = new Version(kubeVersion, SemanticVersion.Parse(kubeVersion));
        }
        catch (FormatException e)
        {
            throw new ChartException($"the version of Kubernetes: {e.Message}", e);
        }

        _apiVersions = [.. apiVersions];
    }

    /// <summary>A current Kubernetes with nothing added: what is rendered for when there is no cluster to ask.</summary>
    public static ClusterCapabilities Default { get; } = new("v1.31.0", BuiltIn);

    /// <summary>The version as it was given.</summary>
    public string KubeVersion => _version.Text;

    /// <summary>Whether a group version or a kind in it is served.</summary>
    public bool Has(string apiVersion) => _apiVersions.Contains(apiVersion);

    /// <summary>Whether the version is one that a constraint such as <c>&gt;=1.29.0-0</c> allows.</summary>
    public bool Satisfies(string constraint) => VersionConstraint.Parse(constraint).Allows(_version.Parsed);

    /// <inheritdoc/>
    bool ITemplateObject.TryGet(string name, IReadOnlyList<object?> arguments, out object? value)
    {
        value = name switch { "KubeVersion" => _version, "APIVersions" => new Versions(this), _ => null };
        return value is not null;
    }

    private sealed class Version(string text, SemanticVersion parsed) : ITemplateObject
    {
        public string Text => text;

        public SemanticVersion Parsed => parsed;

        public bool TryGet(string name, IReadOnlyList<object?> arguments, out object? value)
        {
            value = name switch
            {
                "Version" or "GitVersion" or "String" => text,
                "Major" => parsed.Major.ToString(System.Globalization.CultureInfo.InvariantCulture),
                "Minor" => parsed.Minor.ToString(System.Globalization.CultureInfo.InvariantCulture),
                _ => null,
            };
            return value is not null;
        }

        public override string ToString() => text;
    }

    private sealed class Versions(ClusterCapabilities owner) : ITemplateObject
    {
        public bool TryGet(string name, IReadOnlyList<object?> arguments, out object? value)
        {
            value = name == "Has" && arguments is [string apiVersion] ? owner.Has(apiVersion) : null;
            return value is not null;
        }
    }
}
