using System.Security.Cryptography;
using System.Text;
using Gatehouse.Http;
using Gatehouse.Storage;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Accounts;

/// <summary>
/// Sees what no single account's counter sees: one wrong password tried on many accounts (spraying), and a wave of wrong
/// passwords over all. It raises an alarm, in the log and as a metric, and refuses nobody (GH-SEC-051). A password is
/// known here as a few bytes of an HMAC under a key of this process: enough to find it equal, not to guess it by.
/// </summary>
internal sealed class GuessingWatch(TimeProvider clock, ILogger<GuessingWatch> log)
{
    public const int MostAccountsPerPassword = 20; // people do share "Summer2026!", but not within minutes

    public const int MostWrongPerWindow = 1_000;

    private const int MostPasswords = 10_000; // a window that overflows starts anew: a wave that size has raised its alarm
    private static readonly long Window = UnixMicros.Of(TimeSpan.FromMinutes(10));

    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);
    private readonly Dictionary<ulong, HashSet<ulong>> accountsByPassword = [];
    private readonly Lock gate = new();
    private long windowFrom;
    private int wrong;

    public void Wrong(PresentedPassword password, string account)
    {
        var (tried, on) = (Mark(password.Reveal()), Mark(account));
        lock (gate)
        {
            var now = clock.NowMicros();
            if (now - windowFrom >= Window || accountsByPassword.Count >= MostPasswords)
            {
                accountsByPassword.Clear();
                (windowFrom, wrong) = (now, 0);
            }
            if (++wrong == MostWrongPerWindow + 1)
                Alarm("wave");
            if (!accountsByPassword.TryGetValue(tried, out var accounts))
                accountsByPassword[tried] = accounts = [];
            if (accounts.Count <= MostAccountsPerPassword && accounts.Add(on) && accounts.Count == MostAccountsPerPassword + 1)
                Alarm("spraying");
        }
    }

    private void Alarm(string kind)
    {
        GatehouseMeter.GuessingSeen(kind);
        if (kind == "spraying")
            log.Spraying(MostAccountsPerPassword);
        else
            log.Wave(MostWrongPerWindow);
    }

    private ulong Mark(string text)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text), mac);
        return BitConverter.ToUInt64(mac);
    }
}
