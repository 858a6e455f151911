using Gatehouse.Configuration;
using Gatehouse.Http;
using Gatehouse.Texts;

namespace Gatehouse.Pages;

/// <summary>"Continue with …", for each provider there is: links, since a provider is another site that one goes to.</summary>
internal static class ProviderLinks
{
    public static Html? ToHtml(GatehouseSettings settings, ServedFeatures served, ReturnPath target, string? invite, Speech speech)
    {
        if (settings.Social.Count == 0 || !served.Have(GatehouseFeatures.SocialLogin))
            return null;
        var query = $"?return={Uri.EscapeDataString(target.Path)}{(invite is null ? null : "&invite=" + Uri.EscapeDataString(invite))}";
        return $"""
            <div class="providers">{settings.Social.Select(provider => Link(provider, query, speech))}</div>
            <p class="or"><span>{speech["log_in.or"]}</span></p>
            """;
    }

    private static Html Link(SocialSettings provider, string query, Speech speech) => $"""
        <a class="secondary" href="/api/auth/{provider.Name}/login{query}">{speech.Say(new Phrase("log_in.with", ("name", provider.Title)))}</a>
        """;
}
