using System.Security.Cryptography;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Noise;

namespace Gatehouse.Hypercore.Streams;

/// <summary>
/// Opens a secret stream: handshake, then one header in each direction. Promises: nothing of ours but an ephemeral key
/// and, to whoever dials, our public key is told before the other side is known to be welcome; and that is over in a
/// limited time, on frames of a limited size.
/// </summary>
internal sealed class StreamOpening : IDisposable
{
    private const int MaxFrameBytes = 112; // the longest handshake message, 96, and a tag

    private readonly Stream stream;
    private readonly NoiseHandshake handshake;
    private readonly bool isInitiator;
    private readonly PublicKey? expected;
    private readonly Func<PublicKey, bool>? admits;
    private readonly FrameReader reader;
    private readonly byte[] sending = GC.AllocateArray<byte>(Sodium.StreamStateBytes, pinned: true);
    private readonly byte[] receiving = GC.AllocateArray<byte>(Sodium.StreamStateBytes, pinned: true);
    private bool handedOver;

    public StreamOpening(
        Stream stream, bool isInitiator, KeyPair identity, PublicKey? expected, Func<PublicKey, bool>? admits,
        ReadPace? pace = null)
    {
        this.stream = stream;
        this.isInitiator = isInitiator;
        this.expected = expected;
        this.admits = admits;
        handshake = new NoiseHandshake(isInitiator, identity);
        reader = new FrameReader(stream, pace);
    }

    /// <summary>Why there is no stream.</summary>
    public ConnectionEnd End { get; private set; }

    /// <summary>The stream, which has taken over what is under it; null when it was refused.</summary>
    public async ValueTask<SecretStream?> RunAsync(CancellationToken cancellationToken)
    {
        return isInitiator
            ? await WriteAsync(cancellationToken) && await ReadAsync(cancellationToken) && IsWelcome()
                ? await ExchangeAsync(cancellationToken)
                : null
            : await ReadAsync(cancellationToken)
                && await WriteAsync(cancellationToken)
                && await ReadAsync(cancellationToken)
                && IsWelcome()
                    ? await ExchangeAsync(cancellationToken)
                    : null;
    }

    public void Dispose()
    {
        handshake.Dispose();
        if (handedOver)
            return;
        reader.Dispose();
        CryptographicOperations.ZeroMemory(sending);
        CryptographicOperations.ZeroMemory(receiving);
    }

    private bool IsWelcome()
    {
        if (expected is { } key && key != handshake.Remote)
            return Refuse(ConnectionEnd.AnotherPeer);
        return admits?.Invoke(handshake.Remote) != false || Refuse(ConnectionEnd.NotAdmitted);
    }

    private async ValueTask<bool> WriteAsync(CancellationToken cancellationToken)
    {
        using var output = new PooledBuffer();
        if (!TryWriteMessage(output))
            return Refuse(ConnectionEnd.HandshakeRefused);
        return await Carrier.TryWriteAsync(stream, output.WrittenMemory, cancellationToken)
            || Refuse(ConnectionEnd.Cut);
    }

    private async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        if (await reader.ReadAsync(MaxFrameBytes, cancellationToken) is not { } message)
            return Refuse(reader.End == ConnectionEnd.Malformed ? ConnectionEnd.HandshakeRefused : reader.End);
        return handshake.TryRead(message.Span) || Refuse(ConnectionEnd.HandshakeRefused);
    }

    /// <summary>The dialler's header goes with its last message of the handshake.</summary>
    private async ValueTask<SecretStream?> ExchangeAsync(CancellationToken cancellationToken)
    {
        using var output = new PooledBuffer();
        if (isInitiator && !TryWriteMessage(output))
        {
            Refuse(ConnectionEnd.HandshakeRefused);
            return null;
        }
        var keys = GC.AllocateArray<byte>(2 * Sodium.StreamKeyBytes, pinned: true);
        try
        {
            handshake.Split(keys.AsSpan(0, Sodium.StreamKeyBytes), keys.AsSpan(Sodium.StreamKeyBytes));
            WriteHeader(output, keys.AsSpan(0, Sodium.StreamKeyBytes));
            if (!await Carrier.TryWriteAsync(stream, output.WrittenMemory, cancellationToken))
                Refuse(ConnectionEnd.Cut);
            else if (await reader.ReadAsync(MaxFrameBytes, cancellationToken) is not { } header)
                Refuse(reader.End == ConnectionEnd.Malformed ? ConnectionEnd.HandshakeRefused : reader.End);
            else if (!TryReadHeader(header.Span, keys.AsSpan(Sodium.StreamKeyBytes)))
                Refuse(ConnectionEnd.HandshakeRefused);
            else
                return HandOver();
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(keys);
        }
    }

    private SecretStream HandOver()
    {
        var session = new Session(isInitiator, handshake.Remote, handshake.Hash.ToArray());
        handedOver = true;
        return new SecretStream(stream, reader, session, sending, receiving);
    }

    private bool TryWriteMessage(PooledBuffer output)
    {
        var length = handshake.NextMessageBytes;
        var frame = output.GetSpan(FrameFormat.PrefixBytes + length)[..(FrameFormat.PrefixBytes + length)];
        FrameFormat.WriteLength(frame, length);
        output.Advance(frame.Length);
        return handshake.TryWrite(frame[FrameFormat.PrefixBytes..]);
    }

    private void WriteHeader(PooledBuffer output, ReadOnlySpan<byte> key)
    {
        var frame = output.GetSpan(FrameFormat.PrefixBytes + FrameFormat.HeaderBytes);
        FrameFormat.WriteLength(frame, FrameFormat.HeaderBytes);
        Caps.StreamId(handshake.Hash, isInitiator).CopyTo(frame[FrameFormat.PrefixBytes..]);
        var header = frame.Slice(FrameFormat.PrefixBytes + Bytes32.Size, Sodium.StreamHeaderBytes);
        Sodium.StreamInitPush(sending, header, key);
        output.Advance(FrameFormat.PrefixBytes + FrameFormat.HeaderBytes);
    }

    private bool TryReadHeader(ReadOnlySpan<byte> header, ReadOnlySpan<byte> key)
    {
        if (header.Length != FrameFormat.HeaderBytes
            || new Bytes32(header[..Bytes32.Size]) != Caps.StreamId(handshake.Hash, !isInitiator))
        {
            return false;
        }
        Sodium.StreamInitPull(receiving, header[Bytes32.Size..], key);
        return true;
    }

    private bool Refuse(ConnectionEnd reason)
    {
        End = reason;
        return false;
    }
}
