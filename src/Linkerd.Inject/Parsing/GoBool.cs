namespace Linkerd.Inject.Parsing;

/// <summary>Booleans as Go's strconv.ParseBool takes them: the forms that users of the annotations already write.</summary>
internal static class GoBool
{
    public static bool TryParse(string text, out bool value)
    {
        value = text is "1" or "t" or "T" or "true" or "TRUE" or "True";
        return value || text is "0" or "f" or "F" or "false" or "FALSE" or "False";
    }
}
