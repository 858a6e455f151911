using Gatehouse.Configuration;
using Gatehouse.Http;

namespace Gatehouse.Pages;

/// <summary>
/// A form with its fields, and, when it was refused, with the refusal beside the field to blame. Keeps what was typed,
/// except passwords.
/// </summary>
internal sealed record Form(string Action, string Button, IReadOnlyList<Field> Fields)
{
    public Problem? Problem { get; init; }

    /// <summary>What a wrong password is called here; null where the email may as well be the wrong one.</summary>
    public string? WrongPassword { get; init; }

    /// <summary>For what isn't the page's main purpose: the button stands back.</summary>
    public bool Quiet { get; init; }

    /// <summary>Sent along unseen; what is null is left out.</summary>
    public IReadOnlyList<(string Name, string? Value)> Hidden { get; init; } = [];

    public Html ToHtml() => $"""
        <form method="post" action="{Action}">
        {Alert()}{Hidden.Where(hidden => hidden.Value is not null).Select(ToHtml)}{Fields.Select(ToHtml)}
        <button type="submit" class="{(Quiet ? "secondary" : "primary")}">{Button}</button>
        </form>
        """;

    private static Html ToHtml((string Name, string? Value) hidden) =>
        $"""<input type="hidden" name="{hidden.Name}" value="{hidden.Value}">""";

    private Html ToHtml(Field field) => field.ToHtml(ErrorOf(field.Name));

    /// <summary>The refusal as a whole, when no field on this page is to blame for it.</summary>
    private Html? Alert() => Problem is null || Fields.Any(field => ErrorOf(field.Name) is not null)
        ? null
        : Html.Of($"""<p class="alert" role="alert">{Problem.Detail}</p>""");

    private string? ErrorOf(string field)
    {
        if (field == "password" && WrongPassword is not null && Problem is { Code: "invalid_credentials" })
            return WrongPassword;
        if (Problem?.Errors is null || !Problem.Errors.TryGetValue(field, out var messages))
            return null;
        // Those of bad_request are the end of a sentence ("is missing"), since JSON clients name the member themselves.
        return Problem.Code == "bad_request" ? $"This {messages[0]}." : messages[0];
    }
}

/// <param name="AutoComplete">The token by which browsers and password managers know what belongs here.</param>
internal sealed record Field(string Name, string Label, string Type, string AutoComplete)
{
    public string? Hint { get; init; }

    /// <summary>What stands in it already. Never a password.</summary>
    public string? Value { get; init; }

    public bool Optional { get; init; }

    public static Field Password(string label, string autoComplete) => new("password", label, "password", autoComplete);

    public static Field NewPassword(string label, SignUpSettings rules) => Password(label, "new-password") with
    {
        Hint = $"At least {rules.PasswordMinLength} characters. A few words in a row are good.",
    };

    public static Field Email(string? value) =>
        new("email", "Email", "email", "email") { Value = value };

    /// <summary>For what takes an address as well as a username: an ordinary field with the keys of an address.</summary>
    public static Field EmailOrUsername(string? value) =>
        new("email", "Email or username", "text", "username") { Value = value };

    public Html ToHtml(string? error) => $"""
        <div class="field">
        <label for="{Name}">{Label}{(Optional ? " (optional)" : "")}</label>
        {(Hint is null ? null : Html.Of($"""<p class="hint" id="{Name}-hint">{Hint}</p>"""))}{ErrorLine(error)}
        <input id="{Name}" name="{Name}" type="{Type}" autocomplete="{AutoComplete}"{Typing}{Filled}{State(error)}>
        </div>
        """;

    private Html? ErrorLine(string? error) =>
        error is null ? null : Html.Of($"""<p class="error" id="{Name}-error">{error}</p>""");

    private Html Typing => AutoComplete switch
    {
        "username" => $""" inputmode="email" autocapitalize="none" spellcheck="false" """,
        "nickname" => $""" dir="auto" """,
        _ => $" ",
    };

    private Html? Filled => Value is null || Type == "password" ? null : Html.Of($"""value="{Value}" """);

    private Html State(string? error)
    {
        string?[] said = [Hint is null ? null : Name + "-hint", error is null ? null : Name + "-error"];
        var describedBy = string.Join(' ', said.Where(id => id is not null));
        var description = describedBy.Length == 0 ? null : Html.Of($"""aria-describedby="{describedBy}" """);
        return $"{Required}{Faulty(error)}{description}";
    }

    private Html? Required => Optional ? null : Html.Of($"required ");

    private static Html? Faulty(string? error) => error is null ? null : Html.Of($"""aria-invalid="true" autofocus """);
}
