namespace Gatehouse.Hypercore.Stores;

/// <summary>
/// Is the state of a core: what is signed and by whose rules. <see cref="Signature"/> is empty at length 0, and
/// <see cref="Manifest"/> until it is known. The fork is not stored: it is 0, always.
/// </summary>
public sealed record CoreHead(
    ulong Length, ReadOnlyMemory<byte> Signature, ReadOnlyMemory<byte> Manifest, bool IsFrozen);

/// <summary>Is <paramref name="Length"/> blocks from <paramref name="Start"/> on.</summary>
public readonly record struct BlockRange(ulong Start, ulong Length);

/// <summary>Is a block and where it stands.</summary>
public readonly record struct StoredBlock(ulong Index, ReadOnlyMemory<byte> Value);
