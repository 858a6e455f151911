using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Gatehouse.Security.Argon2id;

/// <summary>
/// The memory of one hash at a time, kept between hashes: fresh pages from the system would cost more than hashing.
/// On Linux it asks for huge pages, and to be left out of core dumps and child processes; where that is refused it
/// works without. Wiped after each hash. Not thread-safe: whoever holds it holds it alone.
/// </summary>
internal sealed unsafe partial class Argon2Memory : IDisposable
{
    private const nuint BlockBytes = Argon2.BlockWords * sizeof(ulong);
    private const nuint WorkingBlocks = 4;
    private const nuint HugePageBytes = 2 << 20;
    private const nuint CacheLineBytes = 64; // the kernels' aligned loads fault on less

    private byte* mapping;
    private nuint mappingBytes;
    private byte* start;
    private nuint capacityBytes;
    private nuint usedBytes;

    /// <summary>A block for the kernel.</summary>
    public ulong* Scratch => (ulong*)start;

    /// <summary>A block that stays zero while addresses are made.</summary>
    public ulong* Zero => Scratch + Argon2.BlockWords;

    /// <summary>A block for what addresses are made of.</summary>
    public ulong* Input => Zero + Argon2.BlockWords;

    /// <summary>A block of addresses.</summary>
    public ulong* Addresses => Input + Argon2.BlockWords;

    /// <summary>The lane.</summary>
    public ulong* Blocks => Addresses + Argon2.BlockWords;

    /// <summary>Whether it holds memory now.</summary>
    public bool IsAllocated => mapping != null;

    /// <summary>Makes room for a hash; what the memory holds is undefined.</summary>
    public void Prepare(int memoryKiB)
    {
        var wanted = (WorkingBlocks + (nuint)memoryKiB) * BlockBytes;
        // A record of a far higher cost must not leave its memory with the slot.
        if (wanted > capacityBytes || wanted < capacityBytes / 2)
        {
            Release();
            Allocate(wanted);
        }

        usedBytes = wanted;
    }

    /// <summary>Zeroes what was used since <see cref="Prepare"/>, by ordinary stores: it stays in the cache.</summary>
    public void Wipe()
    {
        CryptographicOperations.ZeroMemory(new Span<byte>(start, checked((int)usedBytes)));
        usedBytes = 0;
    }

    /// <summary>Wipes and gives the memory back; the next <see cref="Prepare"/> takes new.</summary>
    public void Release()
    {
        if (mapping == null)
            return;
        Wipe();
        if (OperatingSystem.IsLinux())
            _ = Unmap(mapping, mappingBytes);
        else
            NativeMemory.AlignedFree(mapping);
        mapping = null;
        start = null;
        capacityBytes = 0;
    }

    public void Dispose() => Release();

    private void Allocate(nuint bytes)
    {
        if (OperatingSystem.IsLinux())
        {
            AllocateHugePages(bytes);
        }
        else
        {
            mapping = (byte*)NativeMemory.AlignedAlloc(bytes, CacheLineBytes);
            start = mapping;
        }

        capacityBytes = bytes;
    }

    private void AllocateHugePages(nuint bytes)
    {
        const int ReadWrite = 1 | 2; // PROT_READ | PROT_WRITE
        const int PrivateAnonymous = 0x02 | 0x20; // MAP_PRIVATE | MAP_ANONYMOUS
        const int HugePage = 14; // MADV_HUGEPAGE
        const int DoNotDump = 16; // MADV_DONTDUMP
        const int WipeOnFork = 18; // MADV_WIPEONFORK

        // The kernel joins pages only in whole aligned 2 MiB. What the alignment skips is never touched: it is free.
        var rounded = (bytes + HugePageBytes - 1) & ~(HugePageBytes - 1);
        var mapped = Map(null, rounded + HugePageBytes, ReadWrite, PrivateAnonymous, -1, 0);
        if (mapped == (void*)-1)
            throw new InvalidOperationException("There is no memory left to hash a password in.");
        mapping = (byte*)mapped;
        mappingBytes = rounded + HugePageBytes;
        start = (byte*)(((nuint)mapping + HugePageBytes - 1) & ~(HugePageBytes - 1));
        foreach (var advice in (ReadOnlySpan<int>)[HugePage, DoNotDump, WipeOnFork])
            _ = Advise(start, rounded, advice);
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial void* Map(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(void* address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
