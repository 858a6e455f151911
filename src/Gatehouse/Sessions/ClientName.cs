using Gatehouse.Texts;

namespace Gatehouse.Sessions;

/// <summary>
/// What a User-Agent says in two words, for mails and lists. Only words of ours come out: the header is a stranger's text,
/// and a mail program would make a link of what looks like one (GH-SEC-289).
/// </summary>
internal static class ClientName
{
    // In this order: most browsers claim to be the ones they descend from.
    private static readonly (string Mark, string Name)[] Browsers =
    [
        ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"),
        ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"), ("curl/", "curl"),
    ];

    private static readonly (string Mark, string Name)[] Systems =
    [
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
        ("Mac OS X", "Mac"), ("Linux", "Linux"),
    ];

    public static Phrase Of(string? userAgent) => (Find(Browsers, userAgent), Find(Systems, userAgent)) switch
    {
        ({ } browser, { } system) => new Phrase("client.browser_system", ("browser", browser), ("system", system)),
        ({ } browser, null) => new Phrase("client.browser", ("browser", browser)),
        (null, { } system) => new Phrase("client.system", ("system", system)),
        _ => "client.unknown",
    };

    /// <summary>The same in English, for what programs read; empty when nothing is known.</summary>
    public static string InWords(string? userAgent) => (Find(Browsers, userAgent), Find(Systems, userAgent)) switch
    {
        ({ } browser, { } system) => $"{browser} on {system}",
        (var browser, var system) => browser ?? system ?? "",
    };

    private static string? Find((string Mark, string Name)[] known, string? userAgent) =>
        userAgent is null ? null : known.FirstOrDefault(pair => userAgent.Contains(pair.Mark, StringComparison.Ordinal)).Name;
}
