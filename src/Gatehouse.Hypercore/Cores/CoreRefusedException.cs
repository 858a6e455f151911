namespace Gatehouse.Hypercore.Cores;

/// <summary>Why a core refuses.</summary>
public enum CoreRefusal
{
    /// <summary>It was opened without the key pair of its only signer.</summary>
    NotWritable,

    /// <summary>
    /// Two signed histories were found: nothing may be added, ever. <see cref="Core.ReadEvidenceAsync"/>.
    /// </summary>
    Frozen,

    /// <summary>
    /// A peer says that this core is longer than what is held here: the store may be an old copy. Replicate first; the
    /// core may be written again once all of it is here.
    /// </summary>
    Behind,

    /// <summary>
    /// The store was changed by somebody else, or by an append of our own whose outcome wasn't known. What is there now
    /// is known when this is thrown: look at it, then append again if that is still right.
    /// </summary>
    AnotherWriter,
}

/// <summary>Is thrown when a core can't be written or read any more; nothing was changed.</summary>
public sealed class CoreRefusedException(CoreRefusal reason) : Exception($"The core refuses: {reason}.")
{
    /// <summary>Why.</summary>
    public CoreRefusal Reason { get; } = reason;
}
