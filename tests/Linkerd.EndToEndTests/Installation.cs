namespace Linkerd.EndToEndTests;

/// <summary>The commands of the walkthrough that bring the mesh onto a cluster, and what each of them wrote.</summary>
internal sealed record Installation(string PreCheck, (string Words, string Applied) Definitions, (string Words, string Applied) ControlPlane)
{
    public static IReadOnlyList<string> Deployments { get; } = ["linkerd-destination", "linkerd-identity", "linkerd-proxy-injector"];

    /// <summary>The only settings that a test needs: images that were loaded, not pulled; quick probes; a log to read after a failure.</summary>
    public static IReadOnlyList<string> Settings { get; } =
        ["--registry", MeshFixture.Registry, "--set", "controllerReadinessPeriodSeconds=1", "--proxy-log-level", "warn,linkerd=info"];

    public static Installation Perform()
    {
        var check = LinkerdCli.Output("check", "--pre");
        var definitions = LinkerdCli.Apply("install", "--crds");
        var controlPlane = LinkerdCli.Apply(["install", .. Settings]);
        Wait();
        return new Installation(check, definitions, controlPlane);
    }

    /// <summary>Waits until all of the control plane is rolled out.</summary>
    public static void Wait(int seconds = 300)
    {
        foreach (var deployment in Deployments)
            Kubectl.WaitForRollout("linkerd", deployment, seconds);
    }
}
