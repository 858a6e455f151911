using Gatehouse.Accounts;
using Gatehouse.Configuration;
using Gatehouse.Texts;

namespace Gatehouse.Pages;

/// <summary>The part of the settings that shows where else the owner may log in, and lets them change it.</summary>
internal sealed record WaysSection(IReadOnlyList<SocialSettings> Providers, IReadOnlyList<Identity> Identities, bool HasPassword)
{
    public Html ToHtml(Speech speech) => SettingsView.Section("ways", speech, $"""
        {(Identities.Count == 0 && HasPassword ? Html.Of($"<p>{speech["settings.ways_none"]}</p>") : null)}
        {(Identities.Count == 0 ? null : Html.Of($"""<ul class="rows">{Identities.Select(identity => ToHtml(identity, speech))}</ul>"""))}
        {(Missing.Length == 0 ? null : Html.Of($"""
            <form method="post" action="{SettingsPage.Path}"><input type="hidden" name="action" value="link"><div class="providers">
            {Missing.Select(provider => Add(provider, speech))}</div></form>
            """))}
        """);

    /// <summary>Those that are not linked; one may have two accounts at a provider, but seldom wants both.</summary>
    private SocialSettings[] Missing =>
        [.. Providers.Where(provider => Identities.All(identity => identity.Provider != provider.Name))];

    private static Html Add(SocialSettings provider, Speech speech) => $"""
        <button type="submit" class="secondary" name="via" value="{provider.Name}">{speech.Say(new Phrase("settings.way_add", ("name", provider.Title)))}</button>
        """;

    private Html ToHtml(Identity identity, Speech speech)
    {
        var title = Providers.FirstOrDefault(provider => provider.Name == identity.Provider)?.Title ?? identity.Provider;
        var way = identity.Name is null ? title : $"{title}, {identity.Name}";
        var used = Html.Say(speech, "settings.last_used", ("at", Moment.ToHtml(identity.LastUsedAt)));
        return $"""
            <li><span>{title}{(identity.Name is null ? null : Html.Of($" <bdi>{identity.Name}</bdi>"))}<small>{used}</small></span>
            <form method="post" action="{SettingsPage.Path}"><input type="hidden" name="action" value="unlink">
            <input type="hidden" name="identity" value="{identity.Id}">
            <button type="submit" class="secondary" aria-label="{speech.Say(new Phrase("settings.way_remove_this", ("way", way)))}">{speech["settings.way_remove"]}</button></form></li>
            """;
    }
}
