using System.Text;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Docs;

/// <summary>
/// A page under <c>docs/</c> that is made from the code: <c>./docs/generate</c> writes it, every other run compares it.
/// </summary>
internal sealed class GeneratedPage(string name, string title)
{
    private readonly StringBuilder text = new($"""
        # {title}

        Made from the code by `./docs/generate`; a test fails when it is stale.


        """);

    public GeneratedPage Says(string paragraph)
    {
        text.Append(paragraph).Append("\n\n");
        return this;
    }

    public GeneratedPage Heading(string heading) => Says("## " + heading);

    public GeneratedPage Table(string[] columns, IEnumerable<string[]> rows)
    {
        Row(columns);
        Row([.. columns.Select(_ => "---")]);
        foreach (var row in rows)
            Row(row);
        text.Append('\n');
        return this;
    }

    public void IsCurrent()
    {
        var path = Path.Combine(Node.RepositoryRoot, "docs", name);
        var current = text.ToString().TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable("GATEHOUSE_WRITE_DOCS") == "1")
            File.WriteAllText(path, current);
        var isCurrent = File.Exists(path) && File.ReadAllText(path) == current;
        Assert.True(isCurrent, $"docs/{name} is stale; ./docs/generate rewrites it.");
    }

    private void Row(string[] cells) => text.Append("| ")
        .AppendJoin(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
}
