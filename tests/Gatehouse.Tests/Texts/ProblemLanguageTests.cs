using Gatehouse.Http;
using Gatehouse.Tests.Support;
using Gatehouse.Texts;

namespace Gatehouse.Tests.Texts;

/// <summary>A refusal speaks the client's language, and is the same refusal.</summary>
public sealed class ProblemLanguageTests(SharedOnSqlite shared) : IClassFixture<SharedOnSqlite>
{
    public static TheoryData<string> Languages => [.. Language.All.Select(language => language.Tag)];

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task A_refusal_is_the_same_in_every_language_but_for_its_words(string tag)
    {
        var speech = English.Catalogue.In(Language.Named(tag));

        var answer = await SignUpAsync(tag);
        var english = await SignUpAsync("en");

        answer.IsProblem(422, "invalid_input");
        Assert.Equal(tag, answer.Header("Content-Language"));
        Assert.Equal(speech["error.email"], answer.Text("detail"));
        Assert.Equal(speech["problem.invalid_input.title"], answer.Text("title"));
        Assert.Equal(speech["error.email"], answer.Json.GetProperty("errors").GetProperty("email")[0].GetString());
        Assert.Equal(english.Text("type"), answer.Text("type"));
        Assert.Equal(english.Json.GetProperty("id").GetInt32(), answer.Json.GetProperty("id").GetInt32());
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task A_number_in_it_takes_its_plural(string tag)
    {
        var speech = English.Catalogue.In(Language.Named(tag));

        var answer = await SignUpAsync(tag, "alice@example.com", "short");

        answer.IsProblem(422, "weak_password");
        Assert.Equal(speech.Say(new Phrase("password.too_short", ("n", 8))),
            answer.Json.GetProperty("errors").GetProperty("password")[0].GetString());
    }

    [Fact]
    public void Every_problem_has_a_title_and_a_sentence_in_every_language() => Assert.All(Language.All, language =>
    {
        var speech = English.Catalogue.In(language);
        Assert.All(Problems.Catalogue, problem => Assert.NotEmpty(speech.Say(problem.Title) + speech.Say(problem.Detail)));
    });

    private Task<Answer> SignUpAsync(string tag, string email = "nobody", string password = App.Password) => shared.App.PostAsync(
        "/api/auth/signup", App.Json(("email", email), ("password", password)), ("Accept-Language", tag));
}
