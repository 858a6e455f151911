namespace Gatehouse.IdentityManager.Vault;

/// <summary>
/// The file of an open vault: records are added at its end, each on the disk before the call returns.
/// </summary>
internal sealed class VaultFile : IDisposable
{
    private readonly FileStream stream;
    private readonly VaultRecords records;
    private ulong count;

    private VaultFile(FileStream stream, VaultRecords records)
    {
        this.stream = stream;
        this.records = records;
    }

    public long Length => stream.Length;

    /// <summary>Whether nothing can be added any more: it isn't known whether the last record is there.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Writes a new file of these records; it is on the disk when this returns.</summary>
    public static VaultFile Create(
        string path, VaultHeader header, VaultKey key, IEnumerable<VaultBatch> batches,
        FileMode mode = FileMode.Create)
    {
        var bytes = header.Encode();
        var opened = VaultPlace.Open(path, mode);
        try
        {
            var file = new VaultFile(opened, new VaultRecords(key, bytes));
            opened.Write(bytes);
            foreach (var batch in batches)
                opened.Write(file.records.Seal(file.count++, batch));
            opened.Flush(flushToDisk: true);
            return file;
        }
        catch
        {
            opened.Dispose();
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Opens a file and reads all of it. A torn end is cut off; nothing else is changed.</summary>
    /// <exception cref="VaultException">It can't be read; it was left as it is.</exception>
    public static VaultFile Open(string path, Func<VaultHeader, VaultKey> unlock, Action<VaultBatch> read)
    {
        var opened = VaultPlace.Open(path, FileMode.Open);
        try
        {
            var bytes = new byte[opened.Length];
            opened.ReadExactly(bytes);
            var (opener, found, end) = Read(bytes, unlock, read);
            if (end < bytes.Length)
            {
                opened.SetLength(end);
                opened.Flush(flushToDisk: true);
            }
            opened.Seek(end, SeekOrigin.Begin);
            return new VaultFile(opened, opener) { count = found };
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Reads a file that is no vault of ours, as a backup on a disk that can't be written to.</summary>
    /// <exception cref="VaultException">It can't be read, or its end is missing.</exception>
    public static void ReadWhole(string path, Func<VaultHeader, VaultKey> unlock, Action<VaultBatch> read)
    {
        var bytes = File.ReadAllBytes(path);
        if (Read(bytes, unlock, read).End < bytes.Length)
            throw new VaultException(VaultFault.Damaged, "The backup's end is missing. Copy it anew, or take another.");
    }

    /// <exception cref="IOException">
    /// Whether the record is on the disk isn't known. Nothing is added any more: another file takes its place.
    /// </exception>
    public void Append(VaultBatch batch)
    {
        if (IsBroken)
            throw new IOException("The vault could not be written earlier.");
        var record = records.Seal(count, batch);
        IsBroken = true;
        stream.Write(record);
        stream.Flush(flushToDisk: true);
        IsBroken = false;
        count++;
    }

    /// <summary>
    /// Writes over all of it, for what was in it and was erased since. What the disk itself keeps of older writes is
    /// beyond any program.
    /// </summary>
    public void Overwrite()
    {
        IsBroken = true;
        var zeros = new byte[64 * 1024];
        stream.Seek(0, SeekOrigin.Begin);
        for (var left = stream.Length; left > 0; left -= zeros.Length)
            stream.Write(zeros, 0, (int)Math.Min(left, zeros.Length));
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Nothing is added any more.</summary>
    public void Break() => IsBroken = true;

    public void Dispose() => stream.Dispose();

    private static (VaultRecords Opener, ulong Found, int End) Read(
        byte[] bytes, Func<VaultHeader, VaultKey> unlock, Action<VaultBatch> read)
    {
        var opener = new VaultRecords(unlock(VaultHeader.Decode(bytes)), bytes[..VaultHeader.Bytes]);
        var (found, at) = (0UL, VaultHeader.Bytes);
        for (; at < bytes.Length && opener.Read(found, bytes.AsSpan(at), at, out var length) is { } batch; found++)
        {
            read(batch);
            at += length;
        }
        return (opener, found, at);
    }
}
