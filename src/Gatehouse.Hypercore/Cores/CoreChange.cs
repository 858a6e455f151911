namespace Gatehouse.Hypercore.Cores;

internal enum CoreChangeKind
{
    /// <summary>The signed length grew.</summary>
    Length,

    /// <summary>Blocks of that range are held now.</summary>
    Blocks,

    /// <summary>Somebody waits for the block at the start.</summary>
    Wanted,

    /// <summary>Nothing will change any more.</summary>
    Frozen,
}

internal readonly record struct CoreChange(CoreChangeKind Kind, ulong Start, ulong Length);
