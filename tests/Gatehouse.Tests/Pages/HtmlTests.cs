using Gatehouse.Pages;

namespace Gatehouse.Tests.Pages;

public sealed class HtmlTests
{
    [Fact]
    public void What_fills_a_hole_is_text()
    {
        const string Text = "<a href=\"x\" title='y'>&";

        Html piece = $"<p title=\"{Text}\">{Text}</p>";

        const string Encoded = "&lt;a href=&quot;x&quot; title=&#x27;y&#x27;&gt;&amp;";
        Assert.Equal($"<p title=\"{Encoded}\">{Encoded}</p>", piece.ToString());
    }

    [Fact]
    public void A_piece_is_encoded_once()
    {
        Html inner = $"<b>{"<"}</b>";
        Html? nothing = null;
        Html outer = $"{inner}{new[] { inner, inner }}{nothing}{(string?)null}{7}";

        Assert.Equal("<b>&lt;</b><b>&lt;</b><b>&lt;</b>7", outer.ToString());
    }

    [Fact]
    public void Half_a_character_becomes_none()
    {
        Html piece = $"{"a\ud800b"}";

        Assert.Equal("a\ufffdb", piece.ToString().Replace("&#xFFFD;", "\ufffd", StringComparison.Ordinal));
    }
}
