using System.Security.Cryptography;
using Gatehouse.Hypercore.Keys;

namespace Gatehouse.Hypercore.Noise;

/// <summary>
/// The handshake Noise_XX over Ed25519 keys, without prologue and payloads: three messages that agree on keys nobody
/// else knows and tell each side who the other is. Promises: whoever ends it holds the secret of <see cref="Remote"/>.
/// It does not say whether that one is welcome: ask before anything is sent to it. A false from any step is final: end
/// the connection and say nothing. Must never be used twice; the secrets are zeroed on disposal.
/// </summary>
internal sealed class NoiseHandshake : IDisposable
{
    public const int MaxMessageBytes = 96;

    private const int PublicKeyBytes = Sodium.PublicKeyBytes;
    private const int SealedKeyBytes = PublicKeyBytes + SymmetricState.TagBytes;

    private readonly SymmetricState state = new("Noise_XX_Ed25519_ChaChaPoly_BLAKE2b"u8);
    private readonly bool isInitiator;
    private readonly KeyPair identity;
    private readonly KeyPair ephemeral;
    private readonly byte[] remoteEphemeral = new byte[PublicKeyBytes];
    private int step;

    /// <summary>The identity stays the caller's. An ephemeral key is given by tests alone.</summary>
    public NoiseHandshake(bool isInitiator, KeyPair identity, KeyPair? ephemeral = null)
    {
        this.isInitiator = isInitiator;
        this.identity = identity;
        this.ephemeral = ephemeral ?? KeyPair.Generate();
    }

    /// <summary>Known to the initiator after the second message, to the responder after the third.</summary>
    public PublicKey Remote { get; private set; }

    /// <summary>The size of the message that comes next, whoever sends it.</summary>
    public int NextMessageBytes => step switch
    {
        0 => PublicKeyBytes,
        1 => MaxMessageBytes,
        _ => SealedKeyBytes + SymmetricState.TagBytes,
    };

    /// <summary>Binds everything that was said; 64 bytes, the same on both sides, once it is done.</summary>
    public ReadOnlySpan<byte> Hash => state.Hash;

    public bool TryWrite(Span<byte> message)
    {
        if (message.Length != NextMessageBytes)
            throw new ArgumentException("The message has another size.", nameof(message));
        switch (step++)
        {
            case 0:
                WriteEphemeral(message[..PublicKeyBytes]);
                break;
            case 1:
                WriteEphemeral(message[..PublicKeyBytes]);
                if (!TryMix(ephemeral, remoteEphemeral)) // ee
                    return false;
                WriteIdentity(message.Slice(PublicKeyBytes, SealedKeyBytes));
                if (!TryMix(identity, remoteEphemeral)) // es
                    return false;
                break;
            default:
                WriteIdentity(message[..SealedKeyBytes]);
                if (!TryMix(identity, remoteEphemeral)) // se
                    return false;
                break;
        }
        var payload = step == 1 ? message[PublicKeyBytes..] : message[^SymmetricState.TagBytes..];
        state.EncryptAndHash(payload, []);
        return true;
    }

    public bool TryRead(ReadOnlySpan<byte> message)
    {
        if (message.Length != NextMessageBytes)
            return false;
        switch (step++)
        {
            case 0:
                ReadEphemeral(message);
                break;
            case 1:
                ReadEphemeral(message[..PublicKeyBytes]);
                if (!TryMix(ephemeral, remoteEphemeral) // ee, then es
                    || !TryReadIdentity(message.Slice(PublicKeyBytes, SealedKeyBytes)))
                {
                    return false;
                }
                break;
            default:
                if (!TryReadIdentity(message[..SealedKeyBytes])) // se
                    return false;
                break;
        }
        var payload = step == 1 ? message[PublicKeyBytes..] : message[^SymmetricState.TagBytes..];
        return state.TryDecryptAndHash([], payload);
    }

    /// <summary>The keys of the stream, 32 bytes each, which the caller zeroes.</summary>
    public void Split(Span<byte> sending, Span<byte> receiving)
    {
        if (isInitiator)
            state.Split(sending, receiving);
        else
            state.Split(receiving, sending);
    }

    public void Dispose()
    {
        state.Dispose();
        ephemeral.Dispose();
    }

    private void WriteEphemeral(Span<byte> destination)
    {
        ephemeral.PublicKey.Bytes.CopyTo(destination);
        state.MixHash(destination);
    }

    private void ReadEphemeral(ReadOnlySpan<byte> source)
    {
        source.CopyTo(remoteEphemeral);
        state.MixHash(source);
    }

    private void WriteIdentity(Span<byte> destination)
    {
        Span<byte> publicKey = stackalloc byte[PublicKeyBytes];
        identity.PublicKey.Bytes.CopyTo(publicKey);
        state.EncryptAndHash(destination, publicKey);
    }

    private bool TryReadIdentity(ReadOnlySpan<byte> source)
    {
        Span<byte> publicKey = stackalloc byte[PublicKeyBytes];
        if (!state.TryDecryptAndHash(publicKey, source))
            return false;
        Remote = new PublicKey(publicKey);
        return TryMix(ephemeral, publicKey);
    }

    /// <summary>
    /// Diffie-Hellman as the other implementations do it: the seed is hashed and clamped as Ed25519 does, and
    /// multiplied without clamping again. False for a point of small order.
    /// </summary>
    private bool TryMix(KeyPair own, ReadOnlySpan<byte> remote)
    {
        Span<byte> scalar = stackalloc byte[Sodium.Sha512Bytes];
        Span<byte> shared = stackalloc byte[PublicKeyBytes];
        try
        {
            if (!TryAgree(shared, scalar, own, remote))
                return false;
            state.MixKey(shared);
            return true;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(scalar);
            CryptographicOperations.ZeroMemory(shared);
        }
    }

    private static bool TryAgree(Span<byte> shared, Span<byte> scalar, KeyPair own, ReadOnlySpan<byte> remote)
    {
        own.HashSeed(scalar);
        scalar[0] &= 248;
        scalar[31] &= 127;
        scalar[31] |= 64;
        return Sodium.TryMultiply(shared, scalar[..Sodium.ScalarBytes], remote);
    }
}
