using Gatehouse.Accounts;
using Gatehouse.Security;
using Gatehouse.Sessions;
using Gatehouse.Storage;
using Gatehouse.Tokens;

namespace Gatehouse.Server.CommandLine.Health;

/// <summary>Whether this Secrets:Key opens what lies in the database. Only reads.</summary>
internal static class KeyChecks
{
    private const string RightKey =
        "add the key that sealed it to Secrets:Key; where it is lost: gatehouse keys rotate --compromised";

    private static readonly TimeSpan OldSigner = TimeSpan.FromDays(365); // NIST SP 800-57: one to three years

    public static async Task<IReadOnlyList<Check>> ExamineAsync(Patient patient, CancellationToken cancellationToken) =>
    [
        await Check.ExamineAsync("signing_keys", RightKey, token => SigningAsync(patient, token), cancellationToken),
        await Check.ExamineAsync("cookie_keys", RightKey, token => CookieAsync(patient, token), cancellationToken),
        await Check.ExamineAsync(
            "password_keys", "look at the database", token => PasswordAsync(patient, token), cancellationToken),
    ];

    private static async Task<Check> SigningAsync(Patient patient, CancellationToken cancellationToken)
    {
        var now = patient.Clock.NowMicros();
        var rows = await patient.House.Database.ReadAsync(
            db => SigningKeyRows.ListAcceptedAsync(db, now), cancellationToken);
        var box = patient.House.Get<SecretBox>();
        foreach (var row in rows)
            row.Unseal(box).Dispose();
        if (rows.Count == 0)
            return Check.Ok("signing_keys", "none yet; the first start makes one");
        var signer = rows.LastOrDefault(row => row.SignsFrom <= now) ?? rows[0];
        var age = UnixMicros.ToSpan(Math.Max(0, now - signer.SignsFrom));
        var detail = $"{rows.Count} can be read; the one that signs does so for {age.TotalDays:0} days";
        return age > OldSigner ? Check.Warn("signing_keys", detail, "gatehouse keys rotate")
            : rows.Any(row => !box.IsSealedByFirst(row.SealedKey))
                ? Check.Warn("signing_keys", detail + "; some are sealed under an older Secrets:Key",
                    "gatehouse keys rotate, before the older one is dropped")
                : Check.Ok("signing_keys", detail);
    }

    private static async Task<Check> CookieAsync(Patient patient, CancellationToken cancellationToken)
    {
        var rows = await patient.House.Database.ReadAsync(CookieKeyRows.ListAsync, cancellationToken);
        var box = patient.House.Get<SecretBox>();
        foreach (var row in rows)
            row.Unseal(box);
        return Check.Ok(
            "cookie_keys", rows.Count == 0 ? "none yet; the first start makes one" : $"{rows.Count} can be read");
    }

    private static async Task<Check> PasswordAsync(Patient patient, CancellationToken cancellationToken)
    {
        var peppers = patient.Settings.Secrets.DeriveAll("password pepper").Select(key => key.IdText).ToArray();
        var (all, current, older) = await patient.House.Database.ReadAsync(async db =>
        {
            var under = new List<long>();
            foreach (var pepper in peppers)
                under.Add(await AccountStore.CountHashesAsync(db, pepper));
            return (await AccountStore.CountHashesAsync(db, null), under[0], under.Skip(1).Sum());
        }, cancellationToken);
        if (all - current - older is > 0 and var lost)
        {
            return Check.Mend("password_keys",
                $"{lost} passwords were hashed under a Secrets:Key that isn't given: nobody can log in with them",
                "add that key to Secrets:Key, after the new one");
        }
        return older > 0
            ? Check.Warn("password_keys", $"{older} of {all} passwords are still hashed under an older Secrets:Key",
                "keep the older key in the list: a password moves to the first at its owner's next login")
            : Check.Ok("password_keys", $"{all} passwords, all hashed under the first Secrets:Key");
    }
}
