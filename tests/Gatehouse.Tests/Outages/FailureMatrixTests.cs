using Gatehouse.Tests.Docs;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Outages;

/// <summary>
/// Each dependency, each fault, each flow: run against the real servers, compared with what is promised, and written to
/// <c>docs/failure-matrix.md</c>.
/// </summary>
[Collection(BrokerTests.Name)]
public sealed class FailureMatrixTests
{
    [Fact]
    [Meets("GH-SEC-293", "GH-SEC-294", "GH-SEC-295", "GH-SEC-296", "GH-SEC-297", "GH-SEC-300")]
    public async Task Whatever_fails_happens_as_the_table_says()
    {
        await using var scene = await Scene.StartAsync();
        var page = new GeneratedPage("failure-matrix.md", "What happens when something fails")
            .Says("""
                Every cell was run: a node over real PostgreSQL, Redis, RabbitMQ and a mail server, each behind a proxy that takes it
                away. After each column the proxy lets everything pass again, the node must say by itself that it is well (`/readyz`,
                without a restart), and whatever was refused is done once more and must work: so nothing had happened.
                """)
            .Says("""
                - **works**: answered as ever; perhaps slower.
                - **works, mail follows**: answered as ever; the mail goes, once, when it can.
                - **503**: `unavailable` with `Retry-After`; nothing was changed, no cookie deleted, no link used up.
                - **503, cookie cleared, ended later**: this browser is logged out; the node refuses the session from then on and ends it in
                  the database as soon as that is back.
                - *stopped*: connections are refused. *hung*: they are taken and nothing is answered. *slow*: each piece is 20 ms late, in
                  both directions. *reset*: every connection breaks once. *emptied*: it is there and has forgotten everything.
                """)
            .Says("""
                Limits hold on in every column: while what counts them is away, each node gives its share of a budget, at most half
                (`SharedLimitsTests`). A database that has lost commits is told apart too: `SessionNodesTests`. What kills a process is in
                `CrashTests` and `MailChaosTests`.
                """);
        foreach (var engine in Enum.GetValues<Engine>())
            await FillAsync(page.Heading(NameOf(engine)), scene, engine);
        page.IsCurrent();
    }

    private static async Task FillAsync(GeneratedPage page, Scene scene, Engine engine)
    {
        Fault[] faults = [.. Matrix.FaultsOf(engine)];
        var outcomes = new Dictionary<(Fault, Flow), string>();
        foreach (var fault in faults)
        {
            foreach (var (flow, outcome) in await TryAsync(scene, engine, fault))
                outcomes[(fault, flow)] = outcome;
        }
        page.Table(
            ["", .. faults.Select(fault => fault.ToString().ToLowerInvariant())],
            Flow.All.Select(flow => (string[])[flow.Name, .. faults.Select(fault => outcomes[(fault, flow)])]));
        Assert.All(outcomes, outcome => Assert.Equal(
            $"{outcome.Key.Item1}, {outcome.Key.Item2.Name}: {Matrix.Promise(engine, outcome.Key.Item1, outcome.Key.Item2)}",
            $"{outcome.Key.Item1}, {outcome.Key.Item2.Name}: {outcome.Value}"));
    }

    private static async Task<IReadOnlyList<(Flow Flow, string Outcome)>> TryAsync(Scene scene, Engine engine, Fault fault)
    {
        var trials = await Task.WhenAll(Flow.All.Select(flow => flow.Prepare(scene.App)));
        await scene.MailsSettledAsync();
        scene.Break(engine, fault);
        if (fault == Fault.Emptied && engine == Engine.Redis)
            await scene.ForgetAsync(engine);
        if (fault != Fault.Reset)
            await Task.Delay(TimeSpan.FromSeconds(1.5)); // what was known a second ago is known no more
        var answers = await Task.WhenAll(trials.Select(trial => trial.Run()));
        var outcomes = answers.Select(Trial.Outcome).ToArray();
        if (fault == Fault.Emptied && engine == Engine.RabbitMq)
            await scene.ForgetAsync(engine); // with the messages in it
        for (var i = 0; i < trials.Length; i++)
        {
            if (trials[i].MailTo is { } waiting && outcomes[i] == Matrix.Works && Matrix.HoldsMailsUp(engine, fault)
                && scene.MailsTo(waiting) < trials[i].Mails)
            {
                outcomes[i] = Matrix.MailFollows;
            }
        }
        await scene.HealAsync(engine);
        await Task.WhenAll(trials.Select((trial, i) => SettleAsync(scene, trial, answers[i])));
        return [.. Flow.All.Zip(outcomes)];
    }

    private static async Task SettleAsync(Scene scene, Trial trial, Answer answer)
    {
        if (trial.Afterwards is { } afterwards)
            await afterwards();
        else if ((int)answer.Status >= 400)
            await Eventually.AnswerAsync(trial.Run, again => (int)again.Status < 400);
        if (trial.MailTo is { } address)
            await scene.MailedAsync(address, trial.Mails);
    }

    private static string NameOf(Engine engine) => engine switch
    {
        Engine.PostgreSql => "PostgreSQL",
        Engine.RabbitMq => "RabbitMQ",
        Engine.Smtp => "The mail server",
        _ => engine.ToString(),
    };
}
