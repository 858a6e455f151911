using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Manifests;
using Gatehouse.Hypercore.Trees;

namespace Gatehouse.Hypercore.Replication.Messages;

/// <summary>A block and the siblings on the way up from its leaf.</summary>
internal readonly record struct BlockData(ulong Index, ReadOnlyMemory<byte> Value, NodeList Nodes);

/// <summary>The node that was asked for, then the siblings on the way up.</summary>
internal readonly record struct HashData(ulong Index, NodeList Nodes);

internal readonly record struct UpgradeData(
    ulong Start, ulong Length, NodeList Nodes, NodeList AdditionalNodes, ReadOnlyMemory<byte> Signature);

/// <summary>
/// Message 3: the answer to a request. It is read in place and holds no copy: valid as long as the bytes it was decoded
/// from. It is encoded by the core that proves (<see cref="Cores.ProofWriter"/>).
/// </summary>
internal readonly record struct DataMessage
{
    public const int Type = 3;

    public const ulong BlockFlag = 1, HashFlag = 2, SeekFlag = 4, UpgradeFlag = 8, ManifestFlag = 16;

    // 64 signatures and the nodes of their patches.
    private const int MaxSignatureBytes = 1 << 14;

    public ulong Request { get; init; }

    public ulong Fork { get; init; }

    public BlockData? Block { get; init; }

    public HashData? Hash { get; init; }

    public UpgradeData? Upgrade { get; init; }

    public Manifest? Manifest { get; init; }

    public static bool TryDecode(ReadOnlyMemory<byte> body, out DataMessage message)
    {
        var reader = new CompactReader(body.Span);
        var flags = reader.ReadUInt();
        var request = reader.ReadUInt();
        var fork = reader.ReadUInt();
        BlockData? block = (flags & BlockFlag) == 0 ? null : ReadBlock(ref reader, body);
        HashData? hash = (flags & HashFlag) == 0
            ? null
            : new HashData(reader.ReadUInt(), NodeList.Read(ref reader, body));
        if ((flags & SeekFlag) != 0)
            SkipSeek(ref reader, body);
        UpgradeData? upgrade = (flags & UpgradeFlag) == 0 ? null : ReadUpgrade(ref reader, body);
        var manifest = (flags & ManifestFlag) == 0 ? null : Manifests.Manifest.Read(ref reader);
        message = reader.Failed
            ? default
            : new DataMessage
            {
                Request = request,
                Fork = fork,
                Block = block,
                Hash = hash,
                Upgrade = upgrade,
                Manifest = manifest,
            };
        return !reader.Failed;
    }

    /// <summary>Whether nothing arrived that was not asked for.</summary>
    public bool Answers(RequestMessage request) =>
        Request == request.Id && Fork == request.Fork
        && (Block is null || Block?.Index == request.Block?.Index)
        && (Hash is null || Hash?.Index == request.Hash?.Index)
        && (Upgrade is null
            || (Upgrade?.Start == request.Upgrade?.Start && Upgrade?.Length == request.Upgrade?.Length))
        && (Manifest is null || request.Manifest);

    private static BlockData ReadBlock(ref CompactReader reader, ReadOnlyMemory<byte> body)
    {
        var index = reader.ReadUInt();
        var value = ReadBuffer(ref reader, body, int.MaxValue);
        return new BlockData(index, value, NodeList.Read(ref reader, body));
    }

    private static UpgradeData ReadUpgrade(ref CompactReader reader, ReadOnlyMemory<byte> body) => new(
        reader.ReadUInt(),
        reader.ReadUInt(),
        NodeList.Read(ref reader, body),
        NodeList.Read(ref reader, body),
        ReadBuffer(ref reader, body, MaxSignatureBytes));

    /// <summary>We never seek; an answer to what wasn't asked is read past.</summary>
    private static void SkipSeek(ref CompactReader reader, ReadOnlyMemory<byte> body)
    {
        reader.ReadUInt();
        NodeList.Read(ref reader, body);
    }

    private static ReadOnlyMemory<byte> ReadBuffer(ref CompactReader reader, ReadOnlyMemory<byte> body, int maxLength)
    {
        var value = reader.ReadBuffer(maxLength);
        var end = body.Length - reader.Remaining;
        return reader.Failed ? default : body[(end - value.Length)..end];
    }
}
