using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Sessions;

// Promises: who has been in an account from this browser keeps a budget of wrong passwords of their own there, so
// strangers who use up the account's can't lock the owner out (GH-SEC-049). Stores nothing here: the cookie holds an id of
// the browser and the accounts it was in, encrypted and authenticated. Must never: log anybody in, or lift a limit; a
// stolen one buys a thief a budget as small as everybody's.

/// <summary>The cookie by which an account knows a browser again. It outlives the session.</summary>
internal sealed class DeviceCookie(DataProtectionKeys keys, SessionCookie cookies, TimeProvider clock)
{
    public const string PlainName = "gatehouse-device";

    private const string Purpose = "Gatehouse.DeviceCookie.v1";
    private const int MostAccounts = 5; // a family at one screen; more would not fit into every browser's cookie
    private const int MostCharacters = 1024;
    private const int IdBytes = 16;
    private const int EntryBytes = IdBytes + sizeof(long);
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(180); // a household logs in twice a year at least

    private readonly IDataProtector protector = keys.CreateProtector(Purpose);

    /// <summary>What this browser's wrong passwords for an account are counted by; null when it never was in it.</summary>
    public string? CounterFor(HttpContext http, string accountId) =>
        Read(http) is { } device && Guid.TryParse(accountId, out var id) && device.Entries.Any(entry => entry.Account == id)
            ? $"device {Convert.ToHexStringLower(device.Id)} {accountId}"
            : null;

    /// <summary>Notes that this browser was in the account just now.</summary>
    public void Remember(HttpContext http, string accountId)
    {
        var account = Guid.Parse(accountId);
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var known = Read(http);
        Entry[] entries =
            [new(account, now), .. (known?.Entries ?? []).Where(entry => entry.Account != account).Take(MostAccounts - 1)];
        var bytes = new byte[IdBytes + (entries.Length * EntryBytes)];
        (known?.Id ?? RandomNumberGenerator.GetBytes(IdBytes)).CopyTo(bytes, 0);
        for (var i = 0; i < entries.Length; i++)
        {
            var entry = bytes.AsSpan(IdBytes + (i * EntryBytes), EntryBytes);
            entries[i].Account.TryWriteBytes(entry);
            BinaryPrimitives.WriteInt64BigEndian(entry[IdBytes..], entries[i].Since);
        }
        cookies.Append(http, cookies.NameOf(http.Request, PlainName), Base64Url.EncodeToString(protector.Protect(bytes)), Lifetime, httpOnly: true);
    }

    public void Clear(HttpContext http) =>
        cookies.Append(http, cookies.NameOf(http.Request, PlainName), "", TimeSpan.Zero, httpOnly: true);

    private Device? Read(HttpContext http)
    {
        var value = SessionCookie.ValueOf(http.Request, cookies.NameOf(http.Request, PlainName));
        if (value is not { Length: > 0 and <= MostCharacters } || Unprotect(value) is not { } bytes
            || bytes.Length < IdBytes || (bytes.Length - IdBytes) % EntryBytes != 0)
        {
            return null;
        }
        var oldest = (clock.GetUtcNow() - Lifetime).ToUnixTimeSeconds();
        var entries = new List<Entry>();
        for (var at = IdBytes; at < bytes.Length; at += EntryBytes)
        {
            var entry = new Entry(
                new Guid(bytes.AsSpan(at, IdBytes)), BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(at + IdBytes, sizeof(long))));
            if (entry.Since > oldest)
                entries.Add(entry);
        }
        return new Device(bytes[..IdBytes], entries);
    }

    private byte[]? Unprotect(string value)
    {
        try
        {
            return protector.Unprotect(Base64Url.DecodeFromChars(value));
        }
        catch (Exception exception) when (exception is CryptographicException or FormatException)
        {
            return null;
        }
    }

    private sealed record Device(byte[] Id, IReadOnlyList<Entry> Entries);

    private readonly record struct Entry(Guid Account, long Since);
}
