namespace Gatehouse.Security.Passwords;

/// <summary>Too many passwords wait to be hashed; nothing was done. The client may try again in a moment.</summary>
internal sealed class PasswordQueueFullException() : Exception("Too many passwords wait to be hashed.");
