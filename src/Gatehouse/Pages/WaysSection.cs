using Gatehouse.Accounts;
using Gatehouse.Configuration;
using Gatehouse.Jlinx;
using Gatehouse.Texts;

namespace Gatehouse.Pages;

/// <summary>The part of the settings that shows where else the owner may log in, and lets them change it.</summary>
/// <param name="Own">Whether an identity of one's own is a way in here.</param>
internal sealed record WaysSection(
    IReadOnlyList<SocialSettings> Providers, bool Own, IReadOnlyList<Identity> Identities, bool HasPassword)
{
    public Html ToHtml(Speech speech) => SettingsView.Section("ways", speech, $"""
        {(Identities.Count == 0 && HasPassword ? Html.Of($"<p>{speech["settings.ways_none"]}</p>") : null)}
        {(Identities.Count == 0 ? null : Html.Of($"""<ul class="rows">{Identities.Select(identity => ToHtml(identity, speech))}</ul>"""))}
        {(Missing.Length == 0 && !AddsOwn ? null : Html.Of($"""
            <form method="post" action="{SettingsPage.Path}"><input type="hidden" name="action" value="link"><div class="providers">
            {Missing.Select(provider => Add(provider, speech))}{(AddsOwn ? Add(JlinxServices.Provider, speech["settings.way_add_own"]) : null)}</div></form>
            """))}
        """);

    /// <summary>Those that are not linked; one may have two accounts at a provider, but seldom wants both.</summary>
    private SocialSettings[] Missing =>
        [.. Providers.Where(provider => Identities.All(identity => identity.Provider != provider.Name))];

    private bool AddsOwn => Own && Identities.All(identity => identity.Provider != JlinxServices.Provider);

    private static Html Add(SocialSettings provider, Speech speech) =>
        Add(provider.Name, speech.Say(new Phrase("settings.way_add", ("name", provider.Title))));

    private static Html Add(string via, string words) => $"""
        <button type="submit" class="secondary" name="via" value="{via}">{words}</button>
        """;

    private Html ToHtml(Identity identity, Speech speech)
    {
        var title = identity.Provider == JlinxServices.Provider
            ? speech["settings.way_own"]
            : Providers.FirstOrDefault(provider => provider.Name == identity.Provider)?.Title ?? identity.Provider;
        var way = identity.Name is null ? title : $"{title}, {identity.Name}";
        var added = Html.Say(speech, "settings.added", ("at", Moment.ToHtml(identity.CreatedAt)));
        var used = Html.Say(speech, "settings.last_used", ("at", Moment.ToHtml(identity.LastUsedAt)));
        return $"""
            <li><span>{title}{(identity.Name is null ? null : Html.Of($" <bdi>{identity.Name}</bdi>"))}<small>{added} · {used}</small></span>
            <form method="post" action="{SettingsPage.Path}"><input type="hidden" name="action" value="unlink">
            <input type="hidden" name="identity" value="{identity.Id}">
            <button type="submit" class="secondary" aria-label="{speech.Say(new Phrase("settings.way_remove_this", ("way", way)))}">{speech["settings.way_remove"]}</button></form></li>
            """;
    }
}
