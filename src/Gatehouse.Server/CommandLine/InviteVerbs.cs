using System.CommandLine;
using Gatehouse.Accounts;
using Gatehouse.Invites;
using Gatehouse.Storage;

namespace Gatehouse.Server.CommandLine;

/// <summary>Invites. A token is shown once, when it is made: the database has its hash alone.</summary>
internal static class InviteVerbs
{
    public static Verb Create(VerbContext context) => new("invite", "Makes, lists and revokes invites.")
    {
        CreateCreate(context),
        CreateList(context),
        CreateRevoke(context),
    };

    private static Verb CreateCreate(VerbContext context)
    {
        var email = Inputs.EmailOption("Only this address can sign up with it.", required: false);
        var expires = Inputs.Duration("--expires", "How long it can be used; Invites:Lifetime without it.");
        var verb = new Verb("create", "Makes an invite. The last line is its token.",
            "invite create --email bob@example.com --expires 7.00:00:00") { email, expires };
        verb.SetAction((parsed, cancellationToken) => CreateAsync(
            context, parsed.GetValue(email), parsed.GetValue(expires), parsed.GetValue(context.AsJson),
            cancellationToken));
        return verb;
    }

    private static Verb CreateList(VerbContext context)
    {
        var limit = Inputs.Limit();
        var verb = new Verb("list", "Lists invites, newest first.", "invite list") { limit };
        verb.SetAction((parsed, cancellationToken) => ListAsync(
            context, parsed.GetValue(limit), parsed.GetValue(context.AsJson), cancellationToken));
        return verb;
    }

    private static Verb CreateRevoke(VerbContext context)
    {
        var which = new Argument<string>("token-or-id") { Description = "The invite's token, or its id." };
        var verb = new Verb("revoke", "Takes an invite back that was not used yet.",
            "invite revoke 01a1f97d-da20-79d9-8b99-cd392cfa96f2") { which };
        verb.SetAction((parsed, cancellationToken) => RevokeAsync(
            context, parsed.GetRequiredValue(which), parsed.GetValue(context.AsJson), cancellationToken));
        return verb;
    }

    private static async Task<int> CreateAsync(
        VerbContext context, EmailAddress? email, TimeSpan? expires, bool asJson, CancellationToken cancellationToken)
    {
        await using var house = await context.OpenAsync(cancellationToken, "PublicUrl", "Invites");
        var lifetime = expires ?? house.Settings.InviteLifetime;
        var expiresAt = UnixMicros.ToRfc3339(context.Clock.NowMicros() + UnixMicros.Of(lifetime));
        var (id, token) = await house.Database.TransactAsync(
            db => InviteStore.CreateAsync(db, context.Clock, email?.Address, email?.Key, lifetime), cancellationToken);
        var url = house.Settings.UrlOf($"/auth/signup?invite={token.Reveal()}");
        if (house.Settings is { Development: false, PublicUrl.IsLoopback: true })
            context.Terminal.Fault("Gatehouse:PublicUrl is not set: customers can't follow this URL.");
        if (asJson)
        {
            context.Terminal.Json(json =>
            {
                json.WriteStartObject();
                json.WriteString("id", id);
                json.WriteString("token", token.Reveal());
                json.WriteString("url", url);
                json.WriteString("email", email?.Address);
                json.WriteString("expires_at", expiresAt);
                json.WriteEndObject();
            });
            return (int)Outcome.Done;
        }
        context.Terminal.Line(url);
        context.Terminal.Line(token.Reveal());
        return (int)Outcome.Done;
    }

    private static async Task<int> ListAsync(
        VerbContext context, int limit, bool asJson, CancellationToken cancellationToken)
    {
        await using var house = await context.OpenAsync(cancellationToken);
        var invites = await house.Database.ReadAsync(db => InviteStore.ListAsync(db, limit), cancellationToken);
        var now = context.Clock.NowMicros();
        if (asJson)
        {
            context.Terminal.Json(json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("invites");
                foreach (var invite in invites)
                {
                    json.WriteStartObject();
                    json.WriteString("id", invite.Id);
                    json.WriteString("email", invite.Email);
                    json.WriteString("status", StateOf(invite, now));
                    json.WriteString("created_at", UnixMicros.ToRfc3339(invite.CreatedAt));
                    json.WriteString("expires_at", UnixMicros.ToRfc3339(invite.ExpiresAt));
                    json.WriteString("claimed_at", Inputs.ToRfc3339(invite.ClaimedAt));
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                json.WriteEndObject();
            });
            return (int)Outcome.Done;
        }
        context.Terminal.Table(["ID", "FOR", "STATE", "CREATED", "EXPIRES"], invites.Select(invite => (string?[])
        [
            invite.Id, invite.Email ?? "anybody", StateOf(invite, now), Inputs.Show(invite.CreatedAt),
            Inputs.Show(invite.ExpiresAt),
        ]));
        return (int)Outcome.Done;
    }

    private static async Task<int> RevokeAsync(
        VerbContext context, string tokenOrId, bool asJson, CancellationToken cancellationToken)
    {
        await using var house = await context.OpenAsync(cancellationToken);
        var revoked = await house.Database.TransactAsync(
            db => InviteStore.TryRevokeAsync(db, tokenOrId), cancellationToken);
        if (asJson)
            context.Terminal.JsonNumber("revoked", revoked ? 1 : 0);
        else if (revoked)
            context.Terminal.Line("Revoked.");
        if (!revoked)
            context.Terminal.Fault("There is no such invite that could still be used.");
        return (int)(revoked ? Outcome.Done : Outcome.Nothing);
    }

    private static string StateOf(Invite invite, long now) => invite switch
    {
        { ClaimedAt: not null } => "claimed",
        _ when invite.ExpiresAt <= now => "expired",
        _ when invite.HeldUntil > now => "held",
        _ => "open",
    };
}
