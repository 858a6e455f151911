using System.Security.Cryptography;

namespace Gatehouse.Security.Passwords;

/// <summary>
/// Makes and verifies password hashes. Every verification costs a full hash, also when there is nothing to verify
/// against, so time does not tell whether an account exists. Works on threads of its own, bounded (GH-SEC-005, 023).
/// Keeps nothing between calls; the bytes of a password are zeroed as soon as it is hashed.
/// </summary>
internal sealed class PasswordHasher : IDisposable
{
    private static readonly byte[] SaltOfNobody = new byte[PasswordHash.SaltBytes];

    private readonly PasswordSettings settings;
    private readonly Dictionary<string, Pepper> peppers;
    private readonly Pepper? currentPepper;
    private readonly HashingSlots slots;

    /// <param name="settings">What new hashes cost.</param>
    /// <param name="peppers">The first is for new hashes, all are for verifying; empty means none.</param>
    public PasswordHasher(PasswordSettings settings, IReadOnlyList<Pepper> peppers)
    {
        if (!settings.Parameters.AreInRange)
            throw new ArgumentOutOfRangeException(nameof(settings), settings.Parameters, message: null);
        this.settings = settings;
        this.peppers = peppers.ToDictionary(pepper => pepper.KeyId, StringComparer.Ordinal);
        currentPepper = peppers.Count > 0 ? peppers[0] : null;
        slots = new HashingSlots(settings.MaxConcurrent, settings.MaxQueued);
        Ready = HashForNobodyAsync([], CancellationToken.None);
    }

    /// <summary>
    /// Ends when a kernel has passed its self-test and a first hash has compiled it, some 50 ms after construction and
    /// beside it. Await it before saying the server is up: it fails when no kernel computes correctly.
    /// </summary>
    public Task Ready { get; }

    /// <exception cref="ArgumentException">The password holds a lone surrogate.</exception>
    /// <exception cref="PasswordQueueFullException">Nothing was hashed.</exception>
    public async Task<PasswordHash> HashAsync(string password, CancellationToken cancellationToken)
    {
        if (!PasswordBytes.TryEncode(password, out var bytes))
            throw new ArgumentException("A password must be valid Unicode.", nameof(password));
        var salt = RandomNumberGenerator.GetBytes(PasswordHash.SaltBytes);
        var job = new HashingJob(settings.Parameters, bytes, salt, currentPepper, PasswordHash.TagBytes);
        var tag = await slots.RunAsync(job, cancellationToken);
        return new PasswordHash(settings.Parameters, currentPepper?.KeyId, salt, tag);
    }

    /// <summary>Verifies with the stored hash's cost and pepper; with no usable hash, takes as long for a no.</summary>
    /// <param name="stored">Null for an unknown account and for one without a password.</param>
    /// <param name="password">As it was typed.</param>
    /// <param name="cancellationToken">Ends the wait; a hash that has begun is finished.</param>
    /// <exception cref="PasswordQueueFullException">Nothing was hashed.</exception>
    public async Task<PasswordVerdict> VerifyAsync(
        PasswordHash? stored, string password, CancellationToken cancellationToken)
    {
        var isText = PasswordBytes.TryEncode(password, out var bytes);
        Pepper? pepper = null;
        var isKnown = stored is not null
            && (stored.KeyId is null || peppers.TryGetValue(stored.KeyId, out pepper));
        if (!isText || !isKnown)
        {
            await HashForNobodyAsync(bytes ?? [], cancellationToken);
            return PasswordVerdict.Wrong;
        }

        var job = new HashingJob(stored!.Parameters, bytes!, stored.Salt, pepper, stored.Tag.Length);
        var tag = await slots.RunAsync(job, cancellationToken);
        var isRight = CryptographicOperations.FixedTimeEquals(tag, stored.Tag.Span);
        CryptographicOperations.ZeroMemory(tag);
        if (!isRight)
            return PasswordVerdict.Wrong;
        return IsCurrent(stored) ? PasswordVerdict.Right : PasswordVerdict.RightButOutdated;
    }

    public void Dispose() => slots.Dispose();

    private Task<byte[]> HashForNobodyAsync(byte[] password, CancellationToken cancellationToken) => slots.RunAsync(
        new HashingJob(settings.Parameters, password, SaltOfNobody, currentPepper, PasswordHash.TagBytes),
        cancellationToken);

    private bool IsCurrent(PasswordHash stored) =>
        stored.Parameters == settings.Parameters
        && string.Equals(stored.KeyId, currentPepper?.KeyId, StringComparison.Ordinal)
        && stored.Salt.Length == PasswordHash.SaltBytes
        && stored.Tag.Length == PasswordHash.TagBytes;
}
