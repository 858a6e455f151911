using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Gatehouse.Texts;

namespace Gatehouse.Pages;

// Promises: what stands literally in our source is markup, what fills a hole is text and is encoded; a hole takes markup
// from another piece alone. There is no way to make a piece from a string. Attributes are quoted wherever a hole is in one.

/// <summary>A piece of HTML, written as an interpolated string: <c>Html piece = $"&lt;p&gt;{name}&lt;/p&gt;"</c>.</summary>
[InterpolatedStringHandler]
internal sealed class Html
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);
    private readonly StringBuilder markup;

    public Html(int literalLength, int formattedCount) => markup = new StringBuilder(literalLength + (formattedCount * 16));

    /// <summary>Gives an interpolated string this type where C# would make it a plain string.</summary>
    public static Html Of(Html piece) => piece;

    /// <summary>A text of the catalogue whose holes are filled with markup.</summary>
    public static Html Say(Speech speech, string key, params ReadOnlySpan<(string Hole, Html Piece)> filling)
    {
        var piece = Of($"");
        foreach (var (literal, hole) in speech.Pieces(key))
        {
            piece.AppendFormatted(literal);
            foreach (var (name, markup) in filling)
            {
                if (name == hole)
                    piece.AppendFormatted(markup);
            }
        }
        return piece;
    }

    public void AppendLiteral(string literal) => markup.Append(literal);

    public void AppendFormatted(string? text)
    {
        if (text is not null)
            markup.Append(Encoder.Encode(text));
    }

    public void AppendFormatted(int number) => markup.Append(number.ToString(CultureInfo.InvariantCulture));

    public void AppendFormatted(Html? piece)
    {
        if (piece is not null)
            markup.Append(piece.markup);
    }

    public void AppendFormatted(IEnumerable<Html> pieces)
    {
        foreach (var piece in pieces)
            markup.Append(piece.markup);
    }

    public override string ToString() => markup.ToString();
}
