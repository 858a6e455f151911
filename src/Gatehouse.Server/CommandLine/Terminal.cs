using System.Buffers;
using System.Text;
using System.Text.Json;
using Gatehouse.Security;
using Spectre.Console;

namespace Gatehouse.Server.CommandLine;

/// <summary>
/// Where a verb speaks. What customers chose (names, addresses, a mail server's words) is printed without control
/// characters: none of it may write to the operator's terminal what it likes.
/// </summary>
/// <param name="Answers">What the operator types; null where nobody sits.</param>
internal sealed record Terminal(TextWriter Out, TextWriter Error, TextReader? Answers)
{
    private const int NoWrap = 1000; // a line in a pipe or a file is never broken, whatever it holds

    public static Terminal OfProcess()
    {
        // Redirected, the platform's default need not be UTF-8; the marks of doctor and people's names need it.
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        var isUnattended = Console.IsInputRedirected || Console.IsOutputRedirected;
        return new(Console.Out, Console.Error, isUnattended ? null : Console.In);
    }

    public bool IsInteractive => Answers is not null;

    public void Line(string text) => Out.WriteLine(Printable(text));

    public void Fault(string text)
    {
        foreach (var line in text.Split('\n'))
            Error.WriteLine(Printable(line));
    }

    /// <summary>False where nobody can be asked, or who was asked doesn't say yes.</summary>
    public async Task<bool> ConfirmAsync(string question, CancellationToken cancellationToken)
    {
        if (Answers is null)
            return false;
        await Out.WriteAsync(Printable(question) + " [y/N] ");
        await Out.FlushAsync(cancellationToken);
        return (await Answers.ReadLineAsync(cancellationToken))?.Trim().ToUpperInvariant() is "Y" or "YES";
    }

    public void Table(IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<string?>> rows)
    {
        var table = new Table { Border = TableBorder.None };
        var gap = new Padding(0, 0, 2, 0);
        foreach (var head in heads)
            table.AddColumn(new TableColumn(new Text(head)) { Padding = gap, NoWrap = !IsInteractive });
        foreach (var row in rows)
            table.AddRow(row.Select(cell => new Text(Printable(cell ?? "-"))));
        var written = new StringWriter();
        NewConsole(written).Write(table);
        foreach (var line in written.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries))
            Out.WriteLine(line.TrimEnd());
    }

    public void Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
            write(json);
        Out.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    /// <summary>An object of one number: how many.</summary>
    public void JsonNumber(string name, int number) => Json(json =>
    {
        json.WriteStartObject();
        json.WriteNumber(name, number);
        json.WriteEndObject();
    });

    /// <summary>For progress bars.</summary>
    public IAnsiConsole NewConsole(TextWriter? writer = null)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = writer is null && IsInteractive ? AnsiSupport.Detect : AnsiSupport.No,
            Interactive = writer is null && IsInteractive ? InteractionSupport.Detect : InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer ?? Out),
        });
        if (!IsInteractive)
            console.Profile.Width = NoWrap;
        return console;
    }

    private static string Printable(string text) => Commands(text)
        ? string.Concat(text.Select(character => Commands([character]) ? '?' : character))
        : text;

    private static bool Commands(ReadOnlySpan<char> text) => TextRules.HasControl(text) || TextRules.HasLayoutControl(text);
}
