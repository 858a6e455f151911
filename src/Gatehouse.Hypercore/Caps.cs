using System.Buffers.Binary;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Trees;

namespace Gatehouse.Hypercore;

/// <summary>
/// Lays out everything that is ever hashed, signed or MACed. Promises: no two purposes share their bytes; trees by the
/// first byte (leaf 0, parent 1, roots 2), signatures, capabilities and keys by a 32-byte namespace. Integers take
/// eight bytes, little-endian, here and never the short form of the wire. Must never change: these bytes are what the
/// other implementations compute.
/// </summary>
internal static class Caps
{
    public static readonly Bytes32 Tree = Namespace("hypercore"u8, 0);
    public static readonly Bytes32 ReplicateInitiator = Namespace("hypercore"u8, 1);
    public static readonly Bytes32 ReplicateResponder = Namespace("hypercore"u8, 2);
    public static readonly Bytes32 Manifest = Namespace("hypercore"u8, 3);
    public static readonly Bytes32 DefaultNamespace = Namespace("hypercore"u8, 4);
    public static readonly Bytes32 StreamInitiator = Namespace("hyperswarm/secret-stream"u8, 0);
    public static readonly Bytes32 StreamResponder = Namespace("hyperswarm/secret-stream"u8, 1);

    /// <summary>TREE, core key, tree hash, length, fork.</summary>
    public const int SignableBytes = (3 * Bytes32.Size) + (2 * sizeof(ulong));

    private const int ParentBytes = 1 + sizeof(ulong) + (2 * Bytes32.Size);
    private const int RootBytes = Bytes32.Size + (2 * sizeof(ulong));
    private const byte LeafType = 0, ParentType = 1, RootsType = 2;

    /// <summary>00, length, block.</summary>
    public static Bytes32 LeafHash(ReadOnlySpan<byte> block)
    {
        Span<byte> prefix = stackalloc byte[1 + sizeof(ulong)];
        prefix[0] = LeafType;
        BinaryPrimitives.WriteUInt64LittleEndian(prefix[1..], (ulong)block.Length);
        Span<byte> hash = stackalloc byte[Bytes32.Size];
        Sodium.HashPrefixed(hash, prefix, block);
        return new Bytes32(hash);
    }

    /// <summary>01, sum of both sizes, left hash, right hash.</summary>
    public static Bytes32 ParentHash(ulong size, Bytes32 left, Bytes32 right)
    {
        Span<byte> bytes = stackalloc byte[ParentBytes];
        bytes[0] = ParentType;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[1..], size);
        left.CopyTo(bytes[9..]);
        right.CopyTo(bytes[41..]);
        return Hash(bytes);
    }

    /// <summary>02; then hash, index and size of each root.</summary>
    public static Bytes32 TreeHash(ReadOnlySpan<TreeNode> roots)
    {
        Span<byte> bytes = stackalloc byte[1 + ((FlatTree.MaxDepth + 1) * RootBytes)];
        bytes[0] = RootsType;
        var at = 1;
        foreach (var root in roots)
        {
            root.Hash.CopyTo(bytes[at..]);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[(at + Bytes32.Size)..], root.Index);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[(at + Bytes32.Size + sizeof(ulong))..], root.Size);
            at += RootBytes;
        }
        return Hash(bytes[..at]);
    }

    /// <summary>
    /// What a signer signs; without a context (core key or namespace) the compat form. Returns its length.
    /// </summary>
    public static int WriteSignable(
        Span<byte> destination, Bytes32? context, Bytes32 treeHash, ulong length, ulong fork)
    {
        var at = 0;
        Put(destination, ref at, Tree);
        if (context is { } bound)
            Put(destination, ref at, bound);
        Put(destination, ref at, treeHash);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[at..], length);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[(at + sizeof(ulong))..], fork);
        return at + (2 * sizeof(ulong));
    }

    /// <summary>MANIFEST, encoded manifest.</summary>
    public static Bytes32 ManifestHash(ReadOnlySpan<byte> encodedManifest)
    {
        Span<byte> prefix = stackalloc byte[Bytes32.Size];
        Manifest.CopyTo(prefix);
        Span<byte> hash = stackalloc byte[Bytes32.Size];
        Sodium.HashPrefixed(hash, prefix, encodedManifest);
        return new Bytes32(hash);
    }

    /// <summary>Keyed by the core key, so that the name on the wire does not give the right to read.</summary>
    public static Bytes32 DiscoveryKey(Bytes32 coreKey)
    {
        Span<byte> key = stackalloc byte[Bytes32.Size];
        coreKey.CopyTo(key);
        return Hash("hypercore"u8, key);
    }

    /// <summary>
    /// Proves on one connection that the sender knows the core key. <paramref name="fromInitiator"/> is the sender's
    /// role, so the proof can't be sent back to who made it. Compare it in fixed time.
    /// </summary>
    public static Bytes32 Capability(ReadOnlySpan<byte> handshakeHash, bool fromInitiator, CoreKey coreKey)
    {
        Span<byte> bytes = stackalloc byte[2 * Bytes32.Size];
        (fromInitiator ? ReplicateInitiator : ReplicateResponder).CopyTo(bytes);
        coreKey.Bytes.CopyTo(bytes[Bytes32.Size..]);
        return Hash(bytes, handshakeHash);
    }

    /// <summary>Names one direction of a secret stream; the role is the sender's.</summary>
    public static Bytes32 StreamId(ReadOnlySpan<byte> handshakeHash, bool fromInitiator)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        (fromInitiator ? StreamInitiator : StreamResponder).CopyTo(bytes);
        return Hash(bytes, handshakeHash);
    }

    private static Bytes32 Namespace(ReadOnlySpan<byte> name, byte id)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Size + 1];
        Hash(name).CopyTo(bytes);
        bytes[^1] = id;
        return Hash(bytes);
    }

    public static Bytes32 Hash(ReadOnlySpan<byte> data, ReadOnlySpan<byte> key = default)
    {
        Span<byte> hash = stackalloc byte[Bytes32.Size];
        Sodium.Hash(hash, data, key);
        return new Bytes32(hash);
    }

    private static void Put(Span<byte> destination, ref int at, Bytes32 value)
    {
        value.CopyTo(destination[at..]);
        at += Bytes32.Size;
    }
}
