using Gatehouse.Configuration;
using Gatehouse.Http;
using Gatehouse.Texts;

namespace Gatehouse.Pages;

/// <summary>"Continue with …", for each provider there is: links, since a provider is another site that one goes to; and an
/// identity of one's own, a page of ours.</summary>
internal static class ProviderLinks
{
    public static Html? ToHtml(GatehouseSettings settings, ServedFeatures served, ReturnPath target, string? invite, Speech speech)
    {
        IReadOnlyList<SocialSettings> providers = served.Have(GatehouseFeatures.SocialLogin) ? settings.Social : [];
        var own = JlinxPage.IsServed(settings, served);
        if (providers.Count == 0 && !own)
            return null;
        var query = $"?return={Uri.EscapeDataString(target.Path)}{(invite is null ? null : "&invite=" + Uri.EscapeDataString(invite))}";
        return $"""
            <div class="providers">{providers.Select(provider => Link(provider, query, speech))}{(own ? Own(query, speech) : null)}</div>
            <p class="or"><span>{speech["log_in.or"]}</span></p>
            """;
    }

    private static Html Own(string query, Speech speech) => $"""
        <a class="secondary" href="{JlinxPage.Path}{query}">{speech["jlinx.title"]}</a>
        """;

    private static Html Link(SocialSettings provider, string query, Speech speech) => $"""
        <a class="secondary" href="/api/auth/{provider.Name}/login{query}">{speech.Say(new Phrase("log_in.with", ("name", provider.Title)))}</a>
        """;
}
