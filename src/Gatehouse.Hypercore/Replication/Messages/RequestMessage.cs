using Gatehouse.Hypercore.Encoding;

namespace Gatehouse.Hypercore.Replication.Messages;

/// <summary>Asks for one block, and for the siblings on the way up to its n-th ancestor.</summary>
internal readonly record struct BlockRequest(ulong Index, ulong Nodes);

/// <summary>The same for a node of the tree: hashes only.</summary>
internal readonly record struct HashRequest(ulong Index, ulong Nodes);

internal readonly record struct SeekRequest(ulong Bytes, ulong Padding);

/// <summary>Asks for the proof that takes a reader from <paramref name="Start"/> blocks to that many more.</summary>
internal readonly record struct UpgradeRequest(ulong Start, ulong Length);

/// <summary>Message 1: what one side wants to have, in any combination but block and hash together.</summary>
internal readonly record struct RequestMessage
{
    public const int Type = 1;

    private const ulong BlockFlag = 1, HashFlag = 2, SeekFlag = 4, UpgradeFlag = 8;
    private const ulong ManifestFlag = 16, PriorityFlag = 32;

    public ulong Id { get; init; }

    public ulong Fork { get; init; }

    public BlockRequest? Block { get; init; }

    public HashRequest? Hash { get; init; }

    public SeekRequest? Seek { get; init; }

    public UpgradeRequest? Upgrade { get; init; }

    public bool Manifest { get; init; }

    public ulong Priority { get; init; }

    public static bool TryDecode(ReadOnlySpan<byte> body, out RequestMessage message)
    {
        var reader = new CompactReader(body);
        var flags = reader.ReadUInt();
        message = new RequestMessage
        {
            Id = reader.ReadUInt(),
            Fork = reader.ReadUInt(),
            Block = Has(flags, BlockFlag) ? new BlockRequest(reader.ReadUInt(), reader.ReadUInt()) : null,
            Hash = Has(flags, HashFlag) ? new HashRequest(reader.ReadUInt(), reader.ReadUInt()) : null,
            Seek = Has(flags, SeekFlag) ? new SeekRequest(reader.ReadUInt(), reader.ReadUInt()) : null,
            Upgrade = Has(flags, UpgradeFlag) ? new UpgradeRequest(reader.ReadUInt(), reader.ReadUInt()) : null,
            Manifest = Has(flags, ManifestFlag),
            Priority = Has(flags, PriorityFlag) ? reader.ReadUInt() : 0,
        };
        return !reader.Failed;
    }

    public void Encode(CompactWriter writer)
    {
        writer.WriteUInt((Block is null ? 0 : BlockFlag) | (Hash is null ? 0 : HashFlag) | (Seek is null ? 0 : SeekFlag)
            | (Upgrade is null ? 0 : UpgradeFlag) | (Manifest ? ManifestFlag : 0) | (Priority == 0 ? 0 : PriorityFlag));
        writer.WriteUInt(Id);
        writer.WriteUInt(Fork);
        if (Block is { } block)
            WritePair(writer, block.Index, block.Nodes);
        if (Hash is { } hash)
            WritePair(writer, hash.Index, hash.Nodes);
        if (Seek is { } seek)
            WritePair(writer, seek.Bytes, seek.Padding);
        if (Upgrade is { } upgrade)
            WritePair(writer, upgrade.Start, upgrade.Length);
        if (Priority != 0)
            writer.WriteUInt(Priority);
    }

    private static bool Has(ulong flags, ulong flag) => (flags & flag) != 0;

    private static void WritePair(CompactWriter writer, ulong first, ulong second)
    {
        writer.WriteUInt(first);
        writer.WriteUInt(second);
    }
}
