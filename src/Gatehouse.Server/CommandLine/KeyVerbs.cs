using System.CommandLine;
using Gatehouse.Sessions;
using Gatehouse.Storage;

namespace Gatehouse.Server.CommandLine;

/// <summary>New signing and cookie keys; running nodes take them up by themselves.</summary>
internal static class KeyVerbs
{
    public static Verb Create(VerbContext context)
    {
        var compromised = new Option<bool>("--compromised")
        {
            Description = "Somebody else has the old keys: what they signed dies at once.",
        };
        var rotate = new Verb("rotate", "Makes new keys for access tokens and cookies.", "keys rotate --compromised")
        {
            compromised,
        };
        rotate.SetAction((parsed, cancellationToken) => RotateAsync(
            context, parsed.GetValue(compromised), parsed.GetValue(context.AsJson), cancellationToken));
        return new Verb("keys", "Rotates the keys kept in the database.") { rotate };
    }

    private static async Task<int> RotateAsync(
        VerbContext context, bool compromised, bool asJson, CancellationToken cancellationToken)
    {
        await using var house = await context.OpenAsync(cancellationToken, "Secrets", "Tokens");
        var rotated = await house.Get<KeyRotation>().RotateAsync(compromised, cancellationToken);
        if (asJson)
        {
            context.Terminal.Json(json =>
            {
                json.WriteStartObject();
                json.WriteString("kid", rotated.Kid);
                json.WriteString("signs_from", UnixMicros.ToRfc3339(UnixMicros.Of(rotated.SignsFrom)));
                json.WriteNumber("resealed", rotated.Resealed);
                json.WriteEndObject();
            });
            return (int)Outcome.Done;
        }
        context.Terminal.Line(compromised
            ? $"Key {rotated.Kid} is the only one now: access tokens and cookies of before are refused."
            : $"Key {rotated.Kid} signs from {Inputs.Show(UnixMicros.Of(rotated.SignsFrom))}; "
                + "until then the one before does.");
        if (rotated.Resealed > 0)
            context.Terminal.Line($"Sealed {rotated.Resealed} older keys under the first of Secrets:Key.");
        return (int)Outcome.Done;
    }
}
