using System.Runtime.InteropServices;
using System.Text;

namespace Gatehouse.IdentityManager.Vault;

/// <summary>Where a person's things are: a directory that only they can enter.</summary>
internal sealed partial record VaultPlace(string Home)
{
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = (UnixFileMode)0b000_111_111;
    private const int LongestSocket = 100; // bytes; what every system's sockets can be named by
    private const int Shared = 32, WouldBlock = 11, WouldBlockOnMac = 35; // how systems say that a file is taken
    private const int NotForDirectories = 22; // EINVAL: some file systems, as of sticks, keep names by themselves

    public string Vault => Path.Combine(Home, "vault");

    /// <summary>What the next vault is written to before it takes the place of this one.</summary>
    public string Next => Path.Combine(Home, "vault.next");

    public string Lock => Path.Combine(Home, "lock");

    public string Socket => Path.Combine(Home, "control.sock");

    /// <summary>What <c>JLINX_HOME</c> says, or the platform's own place for such things.</summary>
    public static VaultPlace OfPerson()
    {
        if (Environment.GetEnvironmentVariable("JLINX_HOME") is { Length: > 0 } home)
            return new VaultPlace(Path.GetFullPath(home));
        var data = Environment.GetFolderPath(
            Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return new VaultPlace(Path.Combine(data, "jlinx"));
    }

    /// <summary>Makes the directory where there is none, and refuses one that can't be trusted.</summary>
    /// <exception cref="VaultException">It can't be a home: others may enter, or its name is too long.</exception>
    public void Create()
    {
        if (Encoding.UTF8.GetByteCount(Socket) > LongestSocket)
        {
            throw new VaultException(
                VaultFault.Unfit, $"The name of {Home} is too long: JLINX_HOME can be a shorter one.");
        }
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(Home);
            return;
        }
        Directory.CreateDirectory(Home, OwnFile | UnixFileMode.UserExecute);
        if ((File.GetUnixFileMode(Home) & Others) != UnixFileMode.None)
            throw new VaultException(VaultFault.Unfit, $"Others may enter {Home}. 'chmod 700 {Home}' ends that.");
    }

    /// <exception cref="VaultException">There is no vault.</exception>
    public void RequireVault()
    {
        if (!File.Exists(Vault))
            throw new VaultException(VaultFault.Missing, $"There is no vault in {Home}. 'jlinx init' makes one.");
    }

    /// <exception cref="VaultException">There is a vault.</exception>
    public void RequireNone()
    {
        if (File.Exists(Vault))
            throw new VaultException(VaultFault.Exists, $"There is a vault already, in {Home}: it isn't overwritten.");
    }

    /// <summary>
    /// Opens a file that nobody else can read, also if it is new. It may be renamed while it is open, for which Windows
    /// asks that deleting be shared.
    /// </summary>
    public static FileStream Open(string path, FileMode mode, FileShare share = FileShare.Read | FileShare.Delete)
    {
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.ReadWrite,
            Share = share,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows() && mode != FileMode.Open)
            options.UnixCreateMode = OwnFile;
        return new FileStream(path, options);
    }

    /// <summary>
    /// Takes the vault for this process, until what is returned is disposed. The system lets it go with the process.
    /// </summary>
    /// <exception cref="VaultException">Another process has it.</exception>
    public FileStream Take()
    {
        Create();
        try
        {
            return Open(Lock, FileMode.OpenOrCreate, FileShare.None);
        }
        catch (IOException exception) when ((exception.HResult & 0xffff) is Shared or WouldBlock or WouldBlockOnMac)
        {
            throw new VaultException(VaultFault.Taken, "Another jlinx has the vault.");
        }
    }

    /// <summary>Makes that names of files, changed just now in the directory, are on the disk.</summary>
    public static void FlushDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
            return; // the file system's own journal keeps names
        var handle = Open(path, 0);
        if (handle < 0)
            throw new IOException($"The directory {path} can't be opened.");
        var isFlushed = FlushToDisk(handle) == 0 || Marshal.GetLastPInvokeError() == NotForDirectories;
        _ = Close(handle);
        if (!isFlushed)
            throw new IOException($"The directory {path} can't be flushed to the disk.");
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FlushToDisk(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);
}
