using Gatehouse.Http;
using Gatehouse.Texts;

namespace Gatehouse.Pages;

/// <summary>
/// A form with its fields, and, when it was refused, with the refusal beside the field to blame. Keeps what was typed,
/// except passwords.
/// </summary>
/// <param name="Button">The key of what its button says.</param>
internal sealed record Form(string Action, string Button, IReadOnlyList<Field> Fields)
{
    public Problem? Problem { get; init; }

    /// <summary>What a wrong password is called here; null where the email may as well be the wrong one.</summary>
    public string? WrongPassword { get; init; }

    /// <summary>For what isn't the page's main purpose: the button stands back.</summary>
    public bool Quiet { get; init; }

    /// <summary>For what can't be undone: the button says so by its colour too.</summary>
    public bool Grave { get; init; }

    /// <summary>Sent along unseen; what is null is left out.</summary>
    public IReadOnlyList<(string Name, string? Value)> Hidden { get; init; } = [];

    /// <summary>Whose password it is, where the form doesn't ask: by it a password manager knows which to fill in or to keep.</summary>
    public string? Owner { get; init; }

    /// <summary>Sets the ids of this form's fields apart from those of another form on the page.</summary>
    public string Prefix { get; init; } = "";

    public Html ToHtml(Speech speech) => $"""
        <form method="post" action="{Action}">
        {Alert(speech)}{OwnerField}{Hidden.Where(hidden => hidden.Value is not null).Select(ToHtml)}{Fields.Select(field => ToHtml(field, speech))}
        <button type="submit" class="{Look}">{speech[Button]}</button>
        </form>
        """;

    private string Look => Grave ? "grave" : Quiet ? "secondary" : "primary";

    private Html? OwnerField => Owner is null
        ? null
        : Html.Of($"""<input type="text" autocomplete="username" value="{Owner}" readonly hidden>""");

    private static Html ToHtml((string Name, string? Value) hidden) =>
        $"""<input type="hidden" name="{hidden.Name}" value="{hidden.Value}">""";

    private Html ToHtml(Field field, Speech speech) => field.ToHtml(Prefix, ErrorOf(field.Name), speech);

    /// <summary>The refusal as a whole, when no field on this page is to blame for it.</summary>
    private Html? Alert(Speech speech) => Problem is null || Fields.Any(field => ErrorOf(field.Name) is not null)
        ? null
        : Html.Of($"""<p class="alert" role="alert">{speech.Say(Problem.Detail)}</p>""");

    private Phrase? ErrorOf(string field)
    {
        if (field == "password" && WrongPassword is not null && Problem is { Code: "invalid_credentials" })
            return WrongPassword;
        return Problem?.Errors is not null && Problem.Errors.TryGetValue(field, out var messages) ? messages[0] : null;
    }
}
