namespace Linkerd.Viz.Web.Login;

/// <summary>More passwords are being checked than the server takes on.</summary>
internal sealed class TooManyLoginsException : Exception;
