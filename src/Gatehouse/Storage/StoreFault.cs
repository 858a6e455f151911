namespace Gatehouse.Storage;

/// <summary>Why a server that the settings name can't be used, as its operator is told.</summary>
/// <param name="Words">What to mend; never a password.</param>
/// <param name="IsFinal">Waiting won't mend it. A server that doesn't answer may only be starting.</param>
internal sealed record StoreFault(string Words, bool IsFinal);
