namespace Gatehouse.IdentityManager.Vault;

internal enum VaultFault
{
    /// <summary>There is no vault here yet.</summary>
    Missing,

    /// <summary>There is one already.</summary>
    Exists,

    /// <summary>Another process has it.</summary>
    Taken,

    WrongPassphrase,

    /// <summary>It was changed by something else than this program. Nothing was done to it.</summary>
    Damaged,

    /// <summary>Its place or its passphrase is none for a vault.</summary>
    Unfit,

    /// <summary>It was written by a newer release, or asks for more memory than any should.</summary>
    Unknown,
}

/// <summary>The vault can't be had. The message is for the person.</summary>
internal sealed class VaultException(VaultFault fault, string message) : Exception(message)
{
    public VaultFault Fault { get; } = fault;
}
