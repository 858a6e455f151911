using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;

namespace Gatehouse.IdentityManager.CommandLine;

/// <summary>
/// Where a verb speaks. What apps chose (names, browsers, events) is printed without control characters: none of it may
/// write to the person's terminal what it likes.
/// </summary>
/// <param name="Answers">What the person types; null where nobody sits.</param>
internal sealed record Terminal(TextWriter Out, TextWriter Error, TextReader? Answers)
{
    private const int NoWrap = 1000; // a line in a pipe or a file is never broken, whatever it holds

    private Task<string?>? typing; // what is being typed: consoles are read without a way to stop

    public static Terminal OfProcess()
    {
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        return new(Console.Out, Console.Error, Console.IsInputRedirected ? null : Console.In);
    }

    public bool IsInteractive => Answers is not null;

    public void Line(string text) => Out.WriteLine(Printable(text));

    public void Fault(string text)
    {
        foreach (var line in text.Split('\n'))
            Error.WriteLine(Printable(line));
    }

    /// <summary>What the person types; null where nobody can be asked, and where they end their input.</summary>
    public async Task<string?> AskAsync(string question, CancellationToken cancellationToken)
    {
        if (Answers is null)
            return null;
        Prompt(question);
        return await TakeLineAsync(cancellationToken);
    }

    public void Prompt(string question)
    {
        Error.Write(Printable(question) + " ");
        Error.Flush();
    }

    /// <summary>The next line that the person types: the same until it is taken, whatever became of the question.</summary>
    public Task<string?> NextLine() => typing ??= Answers is null
        ? Task.FromResult<string?>(null)
        : Task.Run(Answers.ReadLine);

    public async Task<string?> TakeLineAsync(CancellationToken cancellationToken)
    {
        var typed = await NextLine().WaitAsync(cancellationToken);
        typing = null;
        return typed?.Trim();
    }

    /// <summary>False where nobody can be asked, or who was asked doesn't say yes.</summary>
    public async Task<bool> ConfirmAsync(string question, CancellationToken cancellationToken) =>
        (await AskAsync(question + " [y/N]", cancellationToken))?.ToUpperInvariant() is "Y" or "YES";

    /// <summary>What the person types without its being shown. Null where nobody can be asked.</summary>
    public async Task<string?> AskSecretAsync(string question, CancellationToken cancellationToken)
    {
        if (!ReferenceEquals(Answers, Console.In) || Console.IsInputRedirected)
            return null;
        // Asking for keys turns the echo off. That must be before the question: some type at once, or paste.
        _ = Console.KeyAvailable;
        await Error.WriteAsync(question + " ");
        await Error.FlushAsync(cancellationToken);
        try
        {
            var typed = await ReadAsync(ReadHidden, cancellationToken);
            return typed is null || IsWhole(typed)
                ? typed
                : throw new RefusedException("That has half a character in it: some terminals send emoji so.");
        }
        finally
        {
            await Error.WriteLineAsync();
        }
    }

    public void Table(IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<string?>> rows)
    {
        var table = new Table { Border = TableBorder.None };
        var isNarrow = IsInteractive && !Console.IsOutputRedirected;
        foreach (var head in heads)
            table.AddColumn(new TableColumn(new Text(head)) { Padding = new Padding(0, 0, 2, 0), NoWrap = !isNarrow });
        foreach (var row in rows)
            table.AddRow(row.Select(cell => new Text(Printable(string.IsNullOrEmpty(cell) ? "-" : cell))));
        var written = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(written),
        });
        console.Profile.Width = isNarrow ? Math.Max(40, Console.WindowWidth) : NoWrap;
        console.Write(table);
        foreach (var line in written.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries))
            Out.WriteLine(line.TrimEnd());
    }

    public void Json<T>(T value, JsonTypeInfo<T> type) => Out.WriteLine(JsonSerializer.Serialize(value, type));

    public static string Printable(string text) => text.Any(Commands)
        ? string.Concat(text.Select(character => Commands(character) ? '?' : character))
        : text;

    /// <summary>Whether it is text: no unit of UTF-16 lacks its other half.</summary>
    public static bool IsWhole(string text)
    {
        for (var index = 0; index < text.Length;)
        {
            if (!Rune.TryGetRuneAt(text, index, out var rune))
                return false;
            index += rune.Utf16SequenceLength;
        }
        return true;
    }

    private static string ReadHidden()
    {
        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace)
                RemoveLast(typed);
            else if (!char.IsControl(key.KeyChar))
                typed.Append(key.KeyChar);
        }
        return typed.ToString();
    }

    /// <summary>A character: it may be two units, of which one alone is nothing.</summary>
    private static void RemoveLast(StringBuilder typed)
    {
        var isPair = typed.Length > 1 && char.IsSurrogatePair(typed[^2], typed[^1]);
        typed.Length = Math.Max(0, typed.Length - (isPair ? 2 : 1));
    }

    /// <summary>Consoles are read without a way to stop: who has pressed Ctrl+C doesn't wait for that.</summary>
    private static Task<string?> ReadAsync(Func<string?> read, CancellationToken cancellationToken) =>
        Task.Run(read, cancellationToken).WaitAsync(cancellationToken);

    /// <summary>Whether a character does something else than being shown: also those that turn the direction.</summary>
    private static bool Commands(char character) => char.IsControl(character)
        || char.GetUnicodeCategory(character) is UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
