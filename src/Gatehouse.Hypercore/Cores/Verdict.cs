namespace Gatehouse.Hypercore.Cores;

/// <summary>What became of an answer.</summary>
internal enum Verdict
{
    /// <summary>It was true and is on the disk.</summary>
    Accepted,

    /// <summary>We had it already, from another peer; nobody is to blame.</summary>
    Late,

    /// <summary>It is true, and longer than what is taken of this core. Nothing was changed, and nobody is to blame.</summary>
    TooLong,

    /// <summary>The core's own manifest has rules that aren't kept here: whoever speaks of it, it can't be read.</summary>
    Unsupported,

    /// <summary>It proves nothing. Nothing was changed.</summary>
    Refused,

    /// <summary>It proves that the signers signed two histories: evidence is kept and the core is frozen.</summary>
    Conflict,
}
