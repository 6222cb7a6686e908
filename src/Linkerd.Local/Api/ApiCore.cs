using Linkerd.Local.Admission;
using Linkerd.Local.Auth;
using Linkerd.Local.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linkerd.Local.Api;

/// <summary>What the handlers share: the state, the registry, and who decides.</summary>
internal sealed class ApiCore : IDisposable
{
    public ApiCore(ApiServerOptions options, Pki pki)
    {
        Options = options;
        Pki = pki;
        Log = (options.LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger("Linkerd.Local.Api");
        Store = new ObjectStore(options.DataDirectory is { } folder ? Path.Combine(folder, "state") : null, options.SyncInterval, options.HistoryPerResource);
        Addresses = new ServiceAddresses(options);
        Registry = new ResourceRegistry(BuiltinResources.Create(this));
        PodRuntime = options.PodRuntime;
        ServiceResolver = options.ServiceResolver;
        Admission = new AdmissionChain(this);
        Aggregation = new Aggregation(this);
        Documents = new Documents(this);
        Tokens = new TokenAuthority(this);
        Authorizer = new Authorizer(this);
        Definitions = new Definitions(this);
    }

    public ApiServerOptions Options { get; }

    public Pki Pki { get; }

    public ILogger Log { get; }

    public ObjectStore Store { get; }

    public ResourceRegistry Registry { get; }

    public ServiceAddresses Addresses { get; }

    public AdmissionChain Admission { get; }

    public Documents Documents { get; }

    public TokenAuthority Tokens { get; }

    public Authorizer Authorizer { get; }

    public Definitions Definitions { get; }

    public Aggregation Aggregation { get; }

    public IPodRuntime? PodRuntime { get; set; }

    public ServiceEndpointResolver? ServiceResolver { get; set; }

    public Linkerd.Stats.IMetricsSource? Metrics { get; set; }

    public TimeProvider Clock => Options.Clock;

    public ResourceStore StoreOf(ResourceInfo resource) => Store.Resource(resource.StoreName);

    /// <summary>An object by resource, namespace (empty for none) and name.</summary>
    public StoredObject? Find(string group, string plural, string space, string name) =>
        Registry.Find(group, plural) is { } resource ? StoreOf(resource).Objects.GetValueOrDefault(resource.Namespaced ? $"{space}/{name}" : name) : null;

    /// <summary>The time in the form of <c>creationTimestamp</c>.</summary>
    public string Now() => Timestamp(Clock.GetUtcNow());

    public static string Timestamp(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");

    /// <summary>Called after every write, so that what follows from one (custom resources) is in force before the answer.</summary>
    public void AfterWrite(ResourceInfo resource)
    {
        if (resource is { Plural: "customresourcedefinitions", Group: "apiextensions.k8s.io" }) Definitions.Synchronize();
        else if (resource.IsCustom && Definitions.AnyDeleting) Definitions.Synchronize();
    }

    public void Dispose() => Store.Dispose();
}
