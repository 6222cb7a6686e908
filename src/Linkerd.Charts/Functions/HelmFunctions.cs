using Linkerd.Charts.Templates;
using Linkerd.Charts.Values;

namespace Linkerd.Charts.Functions;

/// <summary>What Helm adds to Sprig, without what would reach outside: <c>lookup</c> finds nothing, as in <c>helm template</c>.</summary>
internal static class HelmFunctions
{
    public static void AddTo(FunctionTable table)
    {
        table.Add("tpl", (s, a) => s.RunText("tpl", a.Text(0), a[1]));
        table.Add("lookup", (_, _) => new ValueMap());
        table.Add("getHostByName", (_, _) => "");
        table.Add("genSelfSignedCert", (_, a) => GeneratedCertificate.SelfSigned(a.Text(0), Names(a, 1), Names(a, 2), a.Int(3)));
    }

    private static List<string> Names(Arguments a, int index) => a[index] is null ? [] : [.. ListFunctions.Strings(a.List(index))];
}
