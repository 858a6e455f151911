namespace Gatehouse.Storage;

/// <summary>
/// The database can't be asked or can't keep what it is told: down, full, read-only, too slow. Nothing was changed.
/// The outermost edge answers 503; nobody else catches it but to try again later.
/// </summary>
internal sealed class StoreUnavailableException(string message, Exception? cause = null) : Exception(message, cause);
