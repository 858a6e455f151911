using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using Gatehouse.Configuration;
using Gatehouse.Security;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using SameSite = Microsoft.Net.Http.Headers.SameSiteMode;

namespace Gatehouse.Sessions;

/// <summary>
/// The session cookie: its name, its attributes, its bytes. It carries the session's token, encrypted and authenticated
/// under the purpose below, and nothing else. Must never: throw on what a client sends, take one of two cookies, or
/// look anything up for a value that doesn't authenticate.
/// </summary>
internal sealed class SessionCookie
{
    private const string Purpose = "Gatehouse.SessionCookie.v1"; // must remain fixed, or everybody is logged out
    private const int MostCharacters = 512; // ours have about 190
    private const string PlainName = "gatehouse";
    private const string HostName = "__Host-gatehouse"; // browsers then insist on Secure, Path=/ and no Domain
    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private readonly DataProtectionKeys keys;
    private readonly IDataProtector protector;
    private readonly RecentMap<Digest, Presented> recent = new(50_000); // decrypting costs microseconds; a digest doesn't
    private readonly TimeSpan maxAge;
    private readonly bool alwaysHost;
    private readonly bool loopback;

    public SessionCookie(DataProtectionKeys keys, GatehouseSettings settings)
    {
        this.keys = keys;
        protector = keys.CreateProtector(Purpose);
        maxAge = settings.Sessions.MaxAge;
        alwaysHost = settings.PublicUrl.Scheme == Uri.UriSchemeHttps;
        loopback = settings.PublicUrl.IsLoopback && !alwaysHost;
    }

    /// <summary>Reads the one session cookie of a request.</summary>
    public CookieReading Read(HttpRequest request)
    {
        var value = FindValue(request.Headers.Cookie, NameFor(request), out var count);
        if (count == 0)
            return CookieReading.None;
        if (count > 1 || value.Length is 0 or > MostCharacters || !Digest.TryOf(value, out var digest))
            return CookieReading.Bad;
        var ring = keys.Ring; // what one ring decrypted says nothing of the next
        if (recent.Find(digest) is { } known && ReferenceEquals(known.Ring, ring))
            return new CookieReading(known, Malformed: false);
        if (Unprotect(value) is not { } token)
            return CookieReading.Bad;
        var presented = new Presented(token.Hash(), ring);
        recent.Put(digest, presented);
        return new CookieReading(presented, Malformed: false);
    }

    /// <summary>What each of several session cookies leads to; nothing where there is one or none.</summary>
    public IReadOnlyList<Presented> ReadDoubled(HttpRequest request)
    {
        var name = NameFor(request);
        FindValue(request.Headers.Cookie, name, out var count);
        var all = new List<Presented>();
        foreach (var header in count > 1 ? request.Headers.Cookie : StringValues.Empty)
        {
            foreach (var range in header.AsSpan().Split(';'))
            {
                if (TryMatch(header.AsSpan()[range], name, out var value) && value.Length <= MostCharacters
                    && Unprotect(value) is { } token)
                {
                    all.Add(new Presented(token.Hash(), keys.Ring));
                }
            }
        }
        return all;
    }

    public void Set(HttpContext http, SessionToken token) => Append(http, NameFor(http.Request),
        Base64Url.EncodeToString(protector.Protect(token.Reveal())), maxAge, httpOnly: true);

    /// <summary>Clears the session cookie, under both of its names when both were sent.</summary>
    public void Clear(HttpContext http)
    {
        Append(http, NameFor(http.Request), "", TimeSpan.Zero, httpOnly: true);
        var other = NameFor(http.Request) == HostName ? PlainName : HostName;
        FindValue(http.Request.Headers.Cookie, other, out var count);
        if (count > 0)
            Append(http, other, "", TimeSpan.Zero, httpOnly: true);
    }

    /// <summary>Any cookie of ours with the attributes they share. An empty value with no age clears it.</summary>
    public void Append(
        HttpContext http, string name, string value, TimeSpan age, bool httpOnly, string path = "/", SameSite sameSite = SameSite.Strict)
    {
        var cookie = new SetCookieHeaderValue(name, value)
        {
            MaxAge = age,
            Path = path,
            HttpOnly = httpOnly,
            Secure = IsSecure(http.Request) || name.StartsWith("__Host-", StringComparison.Ordinal),
            SameSite = sameSite,
        };
        // One line per name (RFC 6265, 4.1.1): a session made now takes the place of the dead one's clearing.
        var others = http.Response.Headers.SetCookie.Where(
            line => line?.StartsWith(name + "=", StringComparison.Ordinal) != true);
        http.Response.Headers.SetCookie = new StringValues([.. others, cookie.ToString()]);
    }

    /// <summary>The name under which a cookie of ours goes to this client.</summary>
    public string NameOf(HttpRequest request, string plainName) =>
        alwaysHost || request.IsHttps ? "__Host-" + plainName : plainName;

    /// <summary>The value of the one cookie of this name; null when there is none, or more than one.</summary>
    public static string? ValueOf(HttpRequest request, string name)
    {
        var value = FindValue(request.Headers.Cookie, name, out var count);
        return count == 1 ? value.ToString() : null;
    }

    public bool IsSecure(HttpRequest request) => !loopback || request.IsHttps;

    /// <summary>
    /// The value of the cookie of this very name, and how many there are. The header is read here because the framework's
    /// reader keeps the last of two (GH-SEC-062).
    /// </summary>
    private static ReadOnlySpan<char> FindValue(StringValues headers, string name, out int count)
    {
        count = 0;
        ReadOnlySpan<char> value = default;
        foreach (var header in headers)
        {
            foreach (var range in header.AsSpan().Split(';'))
            {
                if (!TryMatch(header.AsSpan()[range], name, out var found))
                    continue;
                value = found;
                count++;
            }
        }
        return value;
    }

    private static bool TryMatch(ReadOnlySpan<char> pair, string name, out ReadOnlySpan<char> value)
    {
        pair = pair.Trim(' ');
        var matches = pair.Length > name.Length && pair[name.Length] == '=' && pair.StartsWith(name, StringComparison.Ordinal);
        value = matches ? pair[(name.Length + 1)..] : default;
        return matches;
    }

    private string NameFor(HttpRequest request) => alwaysHost || request.IsHttps ? HostName : PlainName;

    private SessionToken? Unprotect(ReadOnlySpan<char> value)
    {
        // The decoder also takes padding and white space: a cookie has one spelling.
        if (value.ContainsAnyExcept(Alphabet) || !Base64Url.IsValid(value))
            return null;
        try
        {
            return SessionToken.FromBytes(protector.Unprotect(Base64Url.DecodeFromChars(value)));
        }
        catch (Exception exception) when (exception is CryptographicException or FormatException)
        {
            return null;
        }
    }

    /// <summary>What an authentic cookie leads to. The handle is learned at its first use.</summary>
    internal sealed class Presented(byte[] tokenHash, CookieKeyRing ring)
    {
        public byte[] TokenHash => tokenHash;

        public CookieKeyRing Ring => ring;

        public string? SessionId { get; set; }
    }
}

/// <param name="Malformed">There is something of that name that can't be a session cookie of ours; it is cleared.</param>
internal readonly record struct CookieReading(SessionCookie.Presented? Presented, bool Malformed)
{
    public static CookieReading None => default;

    public static CookieReading Bad => new(null, Malformed: true);
}
