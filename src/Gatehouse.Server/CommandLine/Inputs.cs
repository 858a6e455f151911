using System.CommandLine;
using System.Globalization;
using Gatehouse.Accounts;
using Gatehouse.Configuration;
using Gatehouse.Storage;

namespace Gatehouse.Server.CommandLine;

/// <summary>Arguments and options that several verbs have. A fault in one is told without repeating it.</summary>
internal static class Inputs
{
    private const int UsualPage = 50;
    private const int LargestPage = 1000;

    public static Argument<EmailAddress> Email() => new("email")
    {
        Description = "The account's email.",
        CustomParser = result =>
        {
            if (!EmailAddress.TryParse(result.Tokens[0].Value, out var email))
                result.AddError("This is not an email address.");
            return email!;
        },
    };

    public static Option<EmailAddress?> EmailOption(string description, bool required) => new("--email")
    {
        Description = description,
        HelpName = "EMAIL",
        Required = required,
        CustomParser = result =>
        {
            if (!EmailAddress.TryParse(result.Tokens[0].Value, out var email))
                result.AddError("--email is not an email address.");
            return email;
        },
    };

    public static Option<TimeSpan?> Duration(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "[d.]hh:mm:ss",
        CustomParser = result =>
        {
            if (SettingsSection.TryParseDuration(result.Tokens[0].Value, out var duration))
                return duration;
            result.AddError($"{name} is not a duration like 12:00:00 or 14.00:00:00 (hours up to 23).");
            return null;
        },
    };

    public static Option<int> Limit() => new("--limit")
    {
        Description = $"At most so many, up to {LargestPage}.",
        HelpName = "N",
        DefaultValueFactory = _ => UsualPage,
        CustomParser = result =>
        {
            if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
                && limit is >= 1 and <= LargestPage)
            {
                return limit;
            }
            result.AddError($"--limit is a whole number from 1 to {LargestPage}.");
            return UsualPage;
        },
    };

    public static Option<string> After() => new("--after")
    {
        Description = "Goes on after this id, the last one of the page before.",
        HelpName = "ID",
        DefaultValueFactory = _ => "",
    };

    public static Option<bool> Yes() => new("--yes") { Description = "Doesn't ask whether you are sure." };

    /// <summary>A time as people read it, in UTC.</summary>
    public static string Show(long micros) =>
        UnixMicros.ToTime(micros).ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    public static string? ToRfc3339(long? micros) => micros is { } at ? UnixMicros.ToRfc3339(at) : null;
}
