namespace Linkerd.Local.Schema;

/// <summary>One fault of a field, in the words of Kubernetes.</summary>
internal readonly record struct FieldError(string Field, string Reason, string Body)
{
    public static FieldError Required(string field, string detail = "") =>
        new(field, "FieldValueRequired", detail.Length == 0 ? "Required value" : $"Required value: {detail}");

    public static FieldError Invalid(string field, string value, string detail) =>
        new(field, "FieldValueInvalid", $"Invalid value: {value}: {detail}");

    /// <summary>An invalid string, which is shown in quotes.</summary>
    public static FieldError InvalidText(string field, string? value, string detail) => Invalid(field, $"\"{value}\"", detail);

    public static FieldError Unsupported(string field, string? value, params string[] supported) =>
        new(field, "FieldValueNotSupported",
            $"Unsupported value: \"{value}\": supported values: {string.Join(", ", supported.Order(StringComparer.Ordinal).Select(s => $"\"{s}\""))}");

    public static FieldError Duplicate(string field, string? value) => new(field, "FieldValueDuplicate", $"Duplicate value: \"{value}\"");

    public static FieldError NotFound(string field, string? value) => new(field, "FieldValueNotFound", $"Not found: \"{value}\"");

    public static FieldError Forbidden(string field, string detail) => new(field, "FieldValueForbidden", $"Forbidden: {detail}");

    public static FieldError TooMany(string field, long actual, long most) =>
        new(field, "FieldValueTooMany", $"Too many: {actual}: must have at most {most} items");

    public override string ToString() => $"{Field}: {Body}";
}
