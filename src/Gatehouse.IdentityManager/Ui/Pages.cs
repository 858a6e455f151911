using System.Globalization;
using System.Text;
using Gatehouse.IdentityManager.Control;
using Gatehouse.IdentityManager.Vault;

namespace Gatehouse.IdentityManager.Ui;

/// <summary>What each page shows.</summary>
internal static class Pages
{
    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    public static string Requests(Shown shown, Reply? said)
    {
        var body = new StringBuilder();
        if (shown.Requests.Count == 0)
            body.Append("<p>Nobody wants to log in. When somebody does, it shows up here.</p>");
        foreach (var request in shown.Requests)
            Append(body, request);
        return Page.Write("Requests", "requests", body.ToString(), said, Followed.Of(shown.Requests));
    }

    public static string Add(string link, string at, bool allowsPrivate, Reply? said)
    {
        var isOpen = at.Length > 0 || allowsPrivate ? " open" : "";
        var ticked = allowsPrivate ? " checked" : "";
        var form =
            $"""
            <p>The sign-up page of an app shows a link. Paste it here, and see who offers you the account.</p>
            <form method="post" action="add"><label for="link">Link</label>
            <textarea id="link" name="link" rows="4" required spellcheck="false">{Page.Encode(link)}</textarea>
            <details{isOpen}><summary>If the link isn't complete, or the app isn't on the internet</summary>
            <label for="at">Where the app is, for an id alone</label>
            <input id="at" name="at" placeholder="https://app.example" spellcheck="false" value="{Page.Encode(at)}">
            <label class="tick"><input type="checkbox" name="private" value="yes"{ticked}>
            The app may be in a private network</label></details>
            <p><button class="main">See who asks</button></p></form>
            """;
        return Page.Write("Add an account", "add", form, said);
    }

    public static string Offer(OfferView offer, bool allowsPrivate)
    {
        var allowed = allowsPrivate ? "<input type=\"hidden\" name=\"private\" value=\"yes\">" : "";
        var question =
            $"""
            <section class="card"><h2>{Page.Encode(offer.Origin)}</h2>
            <p>This app calls itself “{Page.Encode(offer.Name)}”, and offers you an account.
            The offer is good until {Page.Time(offer.Expires)}.</p>
            <p>Go on only if this is the site that you signed up at.</p>
            <form method="post" action="create"><input type="hidden" name="link" value="{Page.Encode(offer.Link)}">
            <input type="hidden" name="at" value="{Page.Encode(offer.Origin)}">{allowed}
            <label class="tick"><input type="checkbox" name="profile" value="yes" checked>
            Tell it my name, if I have one</label>
            <div class="row"><button class="main">Create an account there</button></div></form>
            <p><a class="go" href="add">No, go back</a></p></section>
            """;
        return Page.Write("Create an account?", "add", question);
    }

    public static string Profile(SortedDictionary<string, string> profile, Reply? said)
    {
        var name = Page.Encode(profile.GetValueOrDefault("name"));
        var body = new StringBuilder(
            $"""
            <p>This stays on your machine. An app is told your name when you say so.</p>
            <form method="post" action="profile"><label for="name">Name</label>
            <input id="name" name="name" maxlength="64" autocomplete="name" value="{name}">
            <p><button class="main">Save</button></p></form>
            """);
        var others = profile.Where(pair => pair.Key != "name").ToList();
        if (others.Count > 0)
            body.Append("<h2>Else</h2><dl>");
        foreach (var (key, value) in others)
            body.Append(Plain, $"<dt>{Page.Encode(key)}</dt><dd>{Page.Encode(value)}</dd>");
        if (others.Count > 0)
            body.Append("</dl>");
        return Page.Write("Profile", "profile", body.ToString(), said);
    }

    public static string Settings(VaultPlace place, Reply? said) => Page.Write(
        "Settings", "settings",
        $"""
        <section class="card"><h2>Backup</h2><p>Your vault is in <code>{Page.Encode(place.Home)}</code>.
        Make a backup after each new account, and keep it on another disk. It is encrypted, and opens with today's
        passphrase.</p>
        <form method="post" action="backup"><label for="file">File to make</label>
        <input id="file" name="file" required spellcheck="false" placeholder="/media/stick/jlinx-backup">
        <p><button class="main">Make a backup</button></p></form></section>
        <section class="card"><h2>A lost or stolen vault</h2><p>Where no vault is, bring a backup back:</p>
        <p><code>jlinx restore FILE</code></p>
        <p>If the vault was stolen, begin a sign-up at the app too, and take the account back:</p>
        <p><code>jlinx recover ACCOUNT LINK</code></p>
        <p>It asks for the recovery key that you wrote on paper.</p></section>
        <section class="card"><h2>Passphrase</h2><p>To change it: <code>jlinx passphrase</code></p></section>
        """, said);

    public static string LoggingIn(string url) => Page.Write(
        "Logging in", "", $"<p><a rel=\"noreferrer\" href=\"{Page.Encode(url)}\">Go on to the app</a></p>");

    public static string Missing(string why) => Page.Write("Not here", "", $"<p>{Page.Encode(why)}</p>");

    private static void Append(StringBuilder body, RequestView request)
    {
        var named =
            $"""
            <input type="hidden" name="account" value="{request.Account}">
            <input type="hidden" name="request" value="{Page.Encode(request.Id)}">
            """;
        var question = $"question-{request.Account}";
        var browser = request.Browser.Length > 0 ? Page.Encode(request.Browser) : "not known";
        var place = request.Place == "new"
            ? "<strong class=\"bad\">new: nobody has logged in from there before</strong>"
            : "known";
        body.Append(
            Plain,
            $"""
            <section class="card"><h2>{Page.Encode(request.Origin)}</h2>
            <p>Somebody wants to log in to your account at “{Page.Encode(request.Name)}”.</p>
            <dl><dt>Browser</dt><dd>{browser}</dd><dt>Place</dt><dd>{place}</dd>
            <dt>Asked</dt><dd>{Page.Time(request.At)}</dd><dt>Until</dt><dd>{Page.Time(request.Expires)}</dd></dl>
            <p id="{question}">If it is you: which code does that browser show?</p>
            <form method="post" action="approve">{named}<div class="row" role="group" aria-labelledby="{question}">
            """);
        foreach (var code in request.Codes.Select(Page.Encode))
            body.Append(Plain, $"<button class=\"code\" name=\"code\" value=\"{code}\">{code}</button>");
        body.Append(
            Plain,
            $"""
            </div></form><form method="post" action="reject">{named}<div class="row">
            <button>None of these: keep them out</button>
            <button class="bad" name="block" value="yes">It isn't me: let nobody ask for an hour</button></div></form>
            </section>
            """);
    }
}
