using System.Globalization;
using System.Text;
using QRCoder;

namespace Gatehouse.Pages;

/// <summary>
/// A QR code as a drawing inside the page: no picture to load, so that what it says is in no address. Dark on light by
/// night too, since many cameras read nothing else, and with the quiet zone that they need (ISO/IEC 18004).
/// </summary>
internal static class QrCode
{
    private const int QuietModules = 4; // the standard's least

    /// <param name="label">What it is for, to who can't see it.</param>
    public static Html ToHtml(string text, string label)
    {
        // Level L: it is shown on a screen, not printed on a parcel, and fewer modules are larger ones.
        using var code = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.L);
        var (rows, zone) = (code.ModuleMatrix, OwnZone(code));
        var size = rows.Count - (2 * zone) + (2 * QuietModules);
        return $"""
            <svg class="qr" role="img" aria-label="{label}" viewBox="0 0 {size} {size}" shape-rendering="crispEdges">
            <rect width="{size}" height="{size}" fill="#fff"/><path fill="#000" d="{Draw(code, QuietModules - zone)}"/></svg>
            """;
    }

    /// <summary>The zone that the library puts around by itself.</summary>
    private static int OwnZone(QRCodeData code)
    {
        var zone = 0;
        while (!code.ModuleMatrix[zone].Cast<bool>().Any(dark => dark))
            zone++;
        return zone;
    }

    /// <summary>Each run of dark modules in a row is one rectangle.</summary>
    private static string Draw(QRCodeData code, int offset)
    {
        var path = new StringBuilder();
        for (var y = 0; y < code.ModuleMatrix.Count; y++)
        {
            var row = code.ModuleMatrix[y];
            for (var x = 0; x < row.Count; x++)
            {
                var start = x;
                while (x < row.Count && row[x])
                    x++;
                if (x > start)
                    path.Append(CultureInfo.InvariantCulture, $"M{start + offset} {y + offset}h{x - start}v1h-{x - start}z");
            }
        }
        return path.ToString();
    }
}
