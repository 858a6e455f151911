using System.Runtime.InteropServices;
using Gatehouse.IdentityManager.Control;
using Gatehouse.IdentityManager.Desk;
using Gatehouse.IdentityManager.Requests;
using Gatehouse.IdentityManager.Vault;

namespace Gatehouse.IdentityManager.Tests.Support;

/// <summary>A process whose disk is full for a while: its files may not grow. Says what became of what it committed.</summary>
internal static partial class FullDisk
{
    private const int FileSize = 1, FileSizeSignal = 25, Ignore = 1;

    public static int Run(string home)
    {
        using var vault = OpenVault.Open(new VaultPlace(home), Vaults.Passphrase);
        vault.Commit(new VaultBatch().Set("before", [1]));
        Limit((ulong)vault.FileBytes + 10); // a part of the next record is written
        for (var tries = 0; tries < 2; tries++)
        {
            try
            {
                vault.Commit(new VaultBatch().Set("while", [1]).Set("large", new byte[100_000]));
                Console.WriteLine("committed");
            }
            catch (Exception exception) when (exception is IOException or ArgumentOutOfRangeException) // a file too large
            {
                Console.WriteLine("refused");
            }
        }
        Limit(ulong.MaxValue);
        vault.Commit(new VaultBatch().Set("after", [1]));
        Console.WriteLine("committed");
        return 0;
    }

    /// <summary>Follows its account meanwhile, and says when that is told of and when it is over.</summary>
    public static async Task<int> ServeAsync(string home)
    {
        var vault = OpenVault.Open(new VaultPlace(home), Vaults.Passphrase);
        await using var desk = new LocalDesk(vault, TimeProvider.System, Notifier.Nobody);
        await desk.StartAsync(CancellationToken.None);
        await Eventually.TrueAsync(async () =>
            (await AskAsync(desk, Call.Accounts)).Accounts!.Single() is { Connection: "connected", WaitsForSync: false });
        await Task.Delay(1000); // nothing more is written by itself
        Limit((ulong)vault.FileBytes + 10);
        Console.WriteLine("full");
        await Eventually.TrueAsync(async () => (await AskAsync(desk, Call.Accounts)).Accounts!.Single().Alarm is { } alarm
            && alarm.Contains("can't be written", StringComparison.Ordinal));
        Console.WriteLine("told");
        Limit(ulong.MaxValue);
        await Eventually.TrueAsync(async () =>
            (await AskAsync(desk, Call.Log)).Log!.Any(entry => entry.Event == "SecurityEvent")
            && (await AskAsync(desk, Call.Accounts)).Accounts!.Single().Alarm is null);
        Console.WriteLine("well");
        return 0;
    }

    private static async Task<Reply> AskAsync(LocalDesk desk, string verb)
    {
        Reply? last = null;
        await foreach (var reply in desk.AskAsync(new Call(verb), CancellationToken.None))
            last = reply;
        return last!;
    }

    private static void Limit(ulong bytes)
    {
        _ = OnSignal(FileSizeSignal, Ignore); // it would end the process
        if (SetLimit(FileSize, new Limits(bytes, ulong.MaxValue)) != 0)
            throw new InvalidOperationException("The system takes no limit.");
    }

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint OnSignal(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, in Limits limits);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Limits(ulong Soft, ulong Hard);
}
