using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Gatehouse.Jlinx.Secrets;

namespace Gatehouse.IdentityManager.Vault;

/// <summary>
/// Everything a person has: names and values, in memory and in one encrypted, append-only file. Promises: a batch is
/// committed as a whole and durably, or not at all; only the process that has the lock reads or writes; a file that
/// isn't as it was written is left alone. Never: a value in clear outside this process, a nonce twice. It doesn't tell
/// that the file as a whole is an older one: documents do, by what their other party has seen.
/// </summary>
internal sealed class OpenVault : IDisposable
{
    /// <summary>
    /// Names that begin so are secret: a value that is removed or replaced is zeroed, and the file written anew without
    /// it.
    /// </summary>
    public const string Secrets = "secret/";

    /// <summary>Is in a vault that was, or may have been, set back. See <see cref="IsCopy"/>.</summary>
    public const string CopyMark = "copy";

    private const int RecordBytes = 1024 * 1024;
    private const int LeastGarbage = 1024 * 1024;
    private const int SoonAgain = 64 * 1024;

    private readonly Lock gate = new();
    private readonly VaultPlace place;
    private readonly FileStream claim;
    private readonly SortedSet<string> names = new(StringComparer.Ordinal); // to find those that begin alike
    private readonly Dictionary<string, byte[]> values = new(StringComparer.Ordinal);
    private VaultKey key = null!;
    private VaultHeader header = null!;
    private VaultFile file = null!;
    private long live;
    private long compactsAt; // not before the file has this size
    private bool owesErasure;
    private volatile string? fault;

    private OpenVault(VaultPlace place, FileStream claim)
    {
        this.place = place;
        this.claim = claim;
    }

    public VaultPlace Place => place;

    /// <summary>Whether it came out of a backup: others may know a longer history of our own documents.</summary>
    public bool IsCopy => Read(CopyMark) is not null;

    /// <summary>Whether its file still has a secret that was removed: the disk had no room for another file.</summary>
    public bool OwesErasure
    {
        get
        {
            lock (gate)
                return owesErasure;
        }
    }

    /// <summary>Why it can't be written now; null when the last write went well.</summary>
    public string? Fault => fault;

    /// <summary>The size of its file.</summary>
    public long FileBytes
    {
        get
        {
            lock (gate)
                return file.Length;
        }
    }

    /// <exception cref="VaultException">There is one already, or another process makes one.</exception>
    public static OpenVault Create(VaultPlace place, string passphrase, VaultCost cost, VaultBatch first)
    {
        return Take(place, vault =>
        {
            place.RequireNone();
            var salt = RandomNumberGenerator.GetBytes(PassphraseKey.SaltBytes);
            vault.key = VaultKey.Derive(passphrase, salt, cost);
            vault.header = VaultHeader.Create(cost, salt, vault.key);
            vault.Apply(first);
            vault.Rewrite(vault.header, vault.key);
        });
    }

    /// <exception cref="VaultException">It can't be had; it was left as it is.</exception>
    public static OpenVault Open(VaultPlace place, string passphrase)
    {
        place.RequireVault();
        return Take(place, vault =>
        {
            File.Delete(place.Next); // of a rewriting that was cut short: the vault itself is whole
            vault.file = VaultFile.Open(place.Vault, header => vault.Unlock(header, passphrase), vault.Apply);
            if (vault.owesErasure) // a secret was removed, and the program ended before the file was written anew
                vault.Compact();
        });
    }

    /// <summary>Puts a backup where no vault is. What it holds may be older than what others have seen of it.</summary>
    /// <exception cref="VaultException">There is a vault, or the backup can't be read.</exception>
    public static OpenVault Restore(VaultPlace place, string backup, string passphrase)
    {
        return Take(place, vault =>
        {
            place.RequireNone();
            VaultFile.ReadWhole(backup, header => vault.Unlock(header, passphrase), vault.Apply);
            vault.Apply(new VaultBatch().Set(CopyMark, [1]));
            vault.Rewrite(vault.NewHeader(), vault.key);
        });
    }

    /// <summary>A copy of the value; null when there is none.</summary>
    public byte[]? Read(string name)
    {
        lock (gate)
            return values.TryGetValue(name, out var value) ? (byte[])value.Clone() : null;
    }

    /// <summary>The values whose names begin so, in the order of their names.</summary>
    public IReadOnlyList<KeyValuePair<string, byte[]>> ReadAll(string prefix)
    {
        lock (gate)
            return [.. Named(prefix).Select(name => KeyValuePair.Create(name, (byte[])values[name].Clone()))];
    }

    /// <summary>The names that begin so, in their order.</summary>
    public IReadOnlyList<string> Names(string prefix)
    {
        lock (gate)
            return [.. Named(prefix)];
    }

    /// <summary>Of the values whose names begin so.</summary>
    public long CountBytes(string prefix)
    {
        lock (gate)
            return Named(prefix).Sum(name => (long)values[name].Length);
    }

    /// <summary>Commits all of the batch, durably, or nothing.</summary>
    public void Commit(VaultBatch batch) => TryCommit(static () => true, batch);

    /// <summary>Commits the batch if what is asked holds; nobody else commits in between.</summary>
    public bool TryCommit(Func<bool> condition, VaultBatch batch)
    {
        lock (gate)
        {
            if (!condition())
                return false;
            if (batch.IsEmpty)
                return true;
            Append(batch);
            Apply(batch);
            if (file.Length > Math.Max(owesErasure ? 0 : (2 * live) + LeastGarbage, compactsAt))
                Compact();
            return true;
        }
    }

    /// <summary>Whether it opens the vault, by the same work that opening takes.</summary>
    public bool IsPassphrase(string passphrase)
    {
        VaultHeader now;
        lock (gate)
            now = header;
        using var derived = VaultKey.Derive(passphrase, now.Salt, now.Cost);
        return now.IsOf(derived);
    }

    /// <summary>
    /// Changes the passphrase. Backups made before keep the old one. False when it is changed, but the old file couldn't be
    /// written over: who finds it on the disk can try the old passphrase on it.
    /// </summary>
    public bool ChangePassphrase(string passphrase, VaultCost cost)
    {
        var salt = RandomNumberGenerator.GetBytes(PassphraseKey.SaltBytes);
        var next = VaultKey.Derive(passphrase, salt, cost);
        lock (gate)
        {
            var old = key;
            try
            {
                using var oldFile = Rewrite(VaultHeader.Create(cost, salt, next), next);
                return TryOverwrite(oldFile); // who knows the old passphrase is to find nothing to try it on
            }
            finally
            {
                (ReferenceEquals(key, next) ? old : next).Dispose();
            }
        }
    }

    /// <summary>Writes a copy that knows that it is one. Nothing is overwritten.</summary>
    public void Export(string path)
    {
        lock (gate)
        {
            if (Path.Exists(path))
                throw new VaultException(VaultFault.Exists, "There is a file of that name already.");
            // Under its name it is whole: what is cut short is named as no backup is, nor anything else that is there.
            var part = $"{path}.{RandomNumberGenerator.GetHexString(8, lowercase: true)}.part";
            VaultFile.Create(part, NewHeader(), key, Batches(isCopy: true), FileMode.CreateNew).Dispose();
            try
            {
                File.Move(part, path, overwrite: false);
            }
            catch
            {
                File.Delete(part);
                throw;
            }
            VaultPlace.FlushDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            file?.Dispose();
            foreach (var (name, value) in values)
                Forget(name, value);
            values.Clear();
            names.Clear();
            key?.Dispose();
            claim.Dispose();
        }
    }

    /// <summary>Takes the vault for this process and fills it, or lets it go with all that was read.</summary>
    private static OpenVault Take(VaultPlace place, Action<OpenVault> fill)
    {
        var vault = new OpenVault(place, place.Take());
        try
        {
            fill(vault);
            return vault;
        }
        catch
        {
            vault.Dispose();
            throw;
        }
    }

    private VaultKey Unlock(VaultHeader found, string passphrase)
    {
        header = found;
        key = VaultKey.Derive(passphrase, found.Salt, found.Cost);
        if (!found.IsOf(key))
            throw new VaultException(VaultFault.WrongPassphrase, "The passphrase is wrong.");
        return key;
    }

    private VaultHeader NewHeader() => VaultHeader.Create(header.Cost, header.Salt, key);

    /// <summary>
    /// Writes the file anew without what was removed, and writes over the old one. What was committed is committed: a
    /// disk without room for a second file doesn't undo it, and it is tried again later.
    /// </summary>
    private void Compact()
    {
        try
        {
            using var old = Rewrite(NewHeader(), key);
            old?.Overwrite();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            compactsAt = file.Length + (owesErasure ? SoonAgain : LeastGarbage);
        }
    }

    private void Append(VaultBatch batch)
    {
        try
        {
            if (file.IsBroken)
                Mend();
            file.Append(batch);
            fault = null;
        }
        catch (Exception exception)
        {
            fault = exception.Message;
            throw;
        }
    }

    /// <summary>
    /// A write failed, and nobody was told that it was done: the file is written anew without it, as it is known here.
    /// </summary>
    private void Mend()
    {
        using var old = Rewrite(NewHeader(), key);
        TryOverwrite(old);
    }

    /// <summary>
    /// All or nothing: the new file takes the place of the old one when it is complete. The old one is returned, still
    /// open; null when there was none.
    /// </summary>
    [SuppressMessage("Reliability", "CA2000", Justification = "The new file is the vault's own from here on.")]
    private VaultFile? Rewrite(VaultHeader nextHeader, VaultKey nextKey)
    {
        var written = VaultFile.Create(place.Next, nextHeader, nextKey, Batches(isCopy: false));
        try
        {
            File.Move(place.Next, place.Vault, overwrite: true);
        }
        catch
        {
            written.Dispose();
            File.Delete(place.Next);
            throw;
        }
        var old = file;
        (file, header, key) = (written, nextHeader, nextKey);
        (compactsAt, owesErasure) = (0, false);
        try
        {
            VaultPlace.FlushDirectory(place.Home);
        }
        catch
        {
            // After a crash either of the two may have the name: nothing may be written to only one of them.
            written.Break();
            old?.Dispose();
            throw;
        }
        return old;
    }

    private IEnumerable<VaultBatch> Batches(bool isCopy)
    {
        var batch = new VaultBatch();
        var bytes = 0;
        if (isCopy)
            batch.Set(CopyMark, [1]);
        foreach (var name in names)
        {
            var value = values[name];
            batch.Set(name, value);
            bytes += VaultBatch.SizeOf(name, value);
            if (bytes < RecordBytes)
                continue;
            yield return batch;
            (batch, bytes) = (new VaultBatch(), 0);
        }
        if (!batch.IsEmpty)
            yield return batch;
    }

    private void Apply(VaultBatch batch)
    {
        foreach (var (name, value) in batch.Changes)
        {
            if (values.Remove(name, out var old))
            {
                names.Remove(name);
                live -= VaultBatch.SizeOf(name, old);
                owesErasure |= IsSecret(name) && (value is null || !value.AsSpan().SequenceEqual(old));
                Forget(name, old);
            }
            if (value is null)
                continue;
            names.Add(name);
            values.Add(name, value);
            live += VaultBatch.SizeOf(name, value);
        }
    }

    private SortedSet<string> Named(string prefix) => names.GetViewBetween(prefix, prefix + char.MaxValue);

    private static bool TryOverwrite(VaultFile? old)
    {
        try
        {
            old?.Overwrite();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static void Forget(string name, byte[] value)
    {
        if (IsSecret(name))
            CryptographicOperations.ZeroMemory(value);
    }

    private static bool IsSecret(string name) => name.StartsWith(Secrets, StringComparison.Ordinal);
}
