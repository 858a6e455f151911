using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Keys;

namespace Gatehouse.Hypercore.Manifests;

/// <summary>
/// Says who may sign a core. The core key is its hash, so it never changes. Immutable. Only version 1 with one signer
/// is made; versions 0 to 3 are read. Decoding is strict: an unknown version, flag, hash or kind of signer is refused,
/// because a rule we don't know can't be kept.
/// </summary>
public sealed class Manifest
{
    internal const int MaxSigners = 64;
    private const int MaxLinked = 256, MaxUserDataBytes = 1 << 16;
    private const ulong AllowPatchFlag = 1, PrologueFlag = 2, LinkedFlag = 4, UserDataFlag = 8;
    private const ulong Blake2b = 0, LastVersion = 3, FirstWithLinked = 2;

    // Version 0 had kinds instead of flags.
    private const ulong KindStatic = 0, KindOneSigner = 1, KindSigners = 2;

    private readonly ImmutableArray<Bytes32> linked;
    private readonly byte[]? userData;
    private byte[]? encoded;

    private Manifest(
        ulong version, bool allowPatch, ulong quorum, ImmutableArray<Signer> signers, Prologue? prologue,
        ImmutableArray<Bytes32> linked = default, byte[]? userData = null)
    {
        Version = (int)version;
        AllowPatch = allowPatch;
        Quorum = (int)quorum;
        Signers = signers;
        Prologue = prologue;
        this.linked = linked;
        this.userData = userData;
    }

    /// <summary>The version of the encoding, 0 to 3.</summary>
    public int Version { get; }

    /// <summary>How many of the signers must have signed.</summary>
    public int Quorum { get; }

    /// <summary>Who may sign; at most 64.</summary>
    public ImmutableArray<Signer> Signers { get; }

    /// <summary>The first blocks, if they are fixed by their hash. Such cores can't be read by this library.</summary>
    public Prologue? Prologue { get; }

    /// <summary>Whether a signature may be for a longer tree. Such cores can't be read by this library.</summary>
    public bool AllowPatch { get; }

    /// <summary>Whether its signatures can be checked here: no prologue and no patches.</summary>
    public bool IsSupported => !AllowPatch && Prologue is null && Quorum > 0;

    /// <summary>The key of the core this is the manifest of.</summary>
    public CoreKey Key => new(Caps.ManifestHash(Encoded));

    /// <summary>The one encoding of this manifest.</summary>
    internal ReadOnlySpan<byte> Encoded => encoded ??= Encode();

    /// <summary>Makes the manifest of a core with one writer: version 1 in the default namespace.</summary>
    public static Manifest SignedBy(PublicKey publicKey) =>
        new(1, false, 1, [new Signer(Caps.DefaultNamespace, publicKey)], null);

    /// <summary>
    /// Whether it is of an old core, that is named by its only signer's public key instead of the manifest's hash. It
    /// proves nothing: anybody can make one for any key.
    /// </summary>
    internal bool IsCompat(CoreKey key) => Signers is [var only] && only.PublicKey.Bytes == key.Bytes;

    /// <summary>
    /// The manifest of an old core: what its key alone says, so it is neither sent nor stored, and one that was sent or
    /// stored is not believed.
    /// </summary>
    internal static Manifest Compat(CoreKey key) =>
        new(0, false, 1, [new Signer(Caps.DefaultNamespace, new PublicKey(key.Bytes))], null);

    internal static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Manifest? manifest)
    {
        var reader = new CompactReader(bytes);
        manifest = Read(ref reader);
        return manifest is not null;
    }

    /// <summary>Null, and the reader failed, when it isn't one.</summary>
    internal static Manifest? Read(ref CompactReader reader)
    {
        var version = reader.ReadUInt();
        if (version > LastVersion)
            reader.Fail();
        var manifest = version == 0 ? ReadVersion0(ref reader) : ReadFlagged(ref reader, version);
        if (manifest.Quorum > manifest.Signers.Length)
            reader.Fail();
        return reader.Failed ? null : manifest;
    }

    private static Manifest ReadVersion0(ref CompactReader reader)
    {
        if (reader.ReadUInt() != Blake2b)
            reader.Fail();
        switch (reader.ReadUInt())
        {
            case KindStatic:
                return new Manifest(0, false, 0, [], new Prologue(reader.ReadBytes32(), 0));
            case KindOneSigner:
                return new Manifest(0, false, 1, [Signer.Read(ref reader)], null);
            case KindSigners:
                var flags = reader.ReadUInt();
                if (flags > AllowPatchFlag)
                    reader.Fail();
                return new Manifest(0, flags != 0, ReadQuorum(ref reader), ReadSigners(ref reader), null);
            default:
                reader.Fail();
                return new Manifest(0, false, 0, [], null);
        }
    }

    private static Manifest ReadFlagged(ref CompactReader reader, ulong version)
    {
        var flags = reader.ReadUInt();
        var known = AllowPatchFlag | PrologueFlag | (version >= FirstWithLinked ? LinkedFlag | UserDataFlag : 0);
        if ((flags & ~known) != 0 || reader.ReadUInt() != Blake2b)
            reader.Fail();
        var quorum = ReadQuorum(ref reader);
        var signers = ReadSigners(ref reader);
        Prologue? prologue = (flags & PrologueFlag) == 0
            ? null
            : new Prologue(reader.ReadBytes32(), reader.ReadUInt());
        var keys = (flags & LinkedFlag) == 0 ? default : ReadLinked(ref reader);
        var data = (flags & UserDataFlag) == 0 ? null : reader.ReadBuffer(MaxUserDataBytes).ToArray();
        return new Manifest(version, (flags & AllowPatchFlag) != 0, quorum, signers, prologue, keys, data);
    }

    private static ulong ReadQuorum(ref CompactReader reader)
    {
        var quorum = reader.ReadUInt();
        if (quorum > MaxSigners)
            reader.Fail();
        return reader.Failed ? 0 : quorum;
    }

    private static ImmutableArray<Signer> ReadSigners(ref CompactReader reader)
    {
        var signers = new Signer[reader.ReadCount(MaxSigners, Signer.EncodedBytes)];
        for (var i = 0; i < signers.Length; i++)
            signers[i] = Signer.Read(ref reader);
        return [.. signers];
    }

    private static ImmutableArray<Bytes32> ReadLinked(ref CompactReader reader)
    {
        var keys = new Bytes32[reader.ReadCount(MaxLinked, Bytes32.Size)];
        for (var i = 0; i < keys.Length; i++)
            keys[i] = reader.ReadBytes32();
        return [.. keys];
    }

    private byte[] Encode()
    {
        using var buffer = new PooledBuffer();
        var writer = buffer.Writer;
        writer.WriteUInt((ulong)Version);
        if (Version == 0)
            EncodeVersion0(writer);
        else
            EncodeFlagged(writer);
        return buffer.Written.ToArray();
    }

    private void EncodeVersion0(CompactWriter writer)
    {
        writer.WriteUInt(Blake2b);
        if (Prologue is { } prologue)
        {
            writer.WriteUInt(KindStatic);
            writer.WriteBytes32(prologue.Hash);
        }
        else if (Signers is [var only] && Quorum == 1 && !AllowPatch)
        {
            writer.WriteUInt(KindOneSigner);
            only.Write(writer);
        }
        else
        {
            writer.WriteUInt(KindSigners);
            writer.WriteUInt(AllowPatch ? AllowPatchFlag : 0);
            WriteSigners(writer);
        }
    }

    private void EncodeFlagged(CompactWriter writer)
    {
        writer.WriteUInt((AllowPatch ? AllowPatchFlag : 0) | (Prologue is null ? 0 : PrologueFlag)
            | (linked.IsDefault ? 0 : LinkedFlag) | (userData is null ? 0 : UserDataFlag));
        writer.WriteUInt(Blake2b);
        WriteSigners(writer);
        if (Prologue is { } prologue)
        {
            writer.WriteBytes32(prologue.Hash);
            writer.WriteUInt(prologue.Length);
        }
        if (!linked.IsDefault)
        {
            writer.WriteUInt((ulong)linked.Length);
            foreach (var key in linked)
                writer.WriteBytes32(key);
        }
        if (userData is not null)
            writer.WriteBuffer(userData);
    }

    private void WriteSigners(CompactWriter writer)
    {
        writer.WriteUInt((ulong)Quorum);
        writer.WriteUInt((ulong)Signers.Length);
        foreach (var signer in Signers)
            signer.Write(writer);
    }
}
