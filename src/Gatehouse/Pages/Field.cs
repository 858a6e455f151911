using Gatehouse.Configuration;
using Gatehouse.Texts;

namespace Gatehouse.Pages;

/// <param name="Label">The key of what it is called.</param>
/// <param name="AutoComplete">The token by which browsers and password managers know what belongs here.</param>
internal sealed record Field(string Name, string Label, string Type, string AutoComplete)
{
    public Phrase? Hint { get; init; }

    /// <summary>What stands in it already. Never a password.</summary>
    public string? Value { get; init; }

    /// <summary>For one of these in place of what is typed.</summary>
    public IReadOnlyList<Language>? Choices { get; init; }

    public bool Optional { get; init; }

    public static Field Password(string label = "field.password") => new("password", label, "password", "current-password");

    public static Field NewPassword(string label, SignUpSettings rules) => new("password", label, "password", "new-password")
    {
        Hint = new Phrase("field.new_password.hint", ("n", rules.PasswordMinLength)),
    };

    public static Field Email(string? value, string label = "field.email") =>
        new("email", label, "email", "email") { Value = value };

    /// <summary>For what takes an address as well as a username: an ordinary field with the keys of an address.</summary>
    public static Field EmailOrUsername(string? value) =>
        new("email", "field.email_or_username", "text", "username") { Value = value };

    public Html ToHtml(string prefix, Phrase? error, Speech speech)
    {
        var id = prefix + Name;
        return $"""
            <div class="field">
            <label for="{id}">{speech[Label]}{(Optional ? Html.Of($""" <span class="optional">{speech["field.optional"]}</span>""") : null)}</label>
            {(Hint is null ? null : Html.Of($"""<p class="hint" id="{id}-hint">{speech.Say(Hint)}</p>"""))}{ErrorLine(id, error, speech)}
            {(Choices is null ? Input(id, error) : Select(id, error, Choices))}
            </div>
            """;
    }

    private Html Input(string id, Phrase? error) => $"""
        <input id="{id}" name="{Name}" type="{Type}" autocomplete="{AutoComplete}"{Typing}{Filled}{State(id, error)}>
        """;

    private Html Select(string id, Phrase? error, IReadOnlyList<Language> choices) => $"""
        <select id="{id}" name="{Name}" autocomplete="{AutoComplete}" {State(id, error)}>{choices.Select(Option)}</select>
        """;

    private Html Option(Language language) => $"""
        <option value="{language.Tag}" lang="{language.Tag}"{(language.Tag == Value ? Html.Of($" selected") : null)}>{language.Name}</option>
        """;

    private static Html? ErrorLine(string id, Phrase? error, Speech speech) =>
        error is null ? null : Html.Of($"""<p class="error" id="{id}-error">{speech.Say(error)}</p>""");

    // An address is written from left to right in every language; a name goes by its own letters.
    private Html Typing => (AutoComplete, Type) switch
    {
        ("username", _) => $""" inputmode="email" autocapitalize="none" spellcheck="false" dir="ltr" """,
        (_, "email") => $""" dir="ltr" """,
        (_, "text") => $""" dir="auto" """,
        _ => $" ",
    };

    private Html? Filled => Value is null || Type == "password" ? null : Html.Of($"""value="{Value}" """);

    private Html State(string id, Phrase? error)
    {
        string?[] said = [Hint is null ? null : id + "-hint", error is null ? null : id + "-error"];
        var describedBy = string.Join(' ', said.Where(part => part is not null));
        var description = describedBy.Length == 0 ? null : Html.Of($"""aria-describedby="{describedBy}" """);
        return $"{Required}{Faulty(error)}{description}";
    }

    private Html? Required => Optional ? null : Html.Of($"required ");

    private static Html? Faulty(Phrase? error) => error is null ? null : Html.Of($"""aria-invalid="true" autofocus """);
}
