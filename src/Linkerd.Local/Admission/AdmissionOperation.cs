namespace Linkerd.Local.Admission;

internal enum AdmissionOperation
{
    Create,
    Update,
    Delete,
    Connect,
}
