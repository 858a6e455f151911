using System.Globalization;

namespace Gatehouse.Configuration;

/// <summary>
/// The operator's colour, and what can be read on it and beside it: contrasts by WCAG 2.2, 1.4.3. Whatever colour is set,
/// pages and mails stay readable, light and dark.
/// </summary>
internal readonly record struct Accent
{
    private const double Readable = 6; // level AA asks for 4.5; some of it stands on grounds a shade off the paper
    private const int Steps = 20;
    private readonly (int Red, int Green, int Blue) rgb;

    private Accent(int red, int green, int blue) => rgb = (red, green, blue);

    public static Accent White { get; } = new(255, 255, 255);

    public static Accent Black { get; } = new(0, 0, 0);

    /// <summary>Of <c>#rrggbb</c>, as the settings were checked for.</summary>
    public static Accent Parse(string text) => new(Component(text, 1), Component(text, 3), Component(text, 5));

    /// <summary>Black or white, whichever reads better on this colour.</summary>
    public Accent Inverse => ContrastWith(White) >= ContrastWith(Black) ? White : Black;

    /// <summary>The nearest shade of this colour that can be read on a background.</summary>
    public Accent ReadableOn(Accent background)
    {
        var shade = this;
        for (var step = 1; step <= Steps && shade.ContrastWith(background) < Readable; step++)
            shade = Towards(background.Inverse, (double)step / Steps);
        return shade;
    }

    public double ContrastWith(Accent other)
    {
        var (mine, theirs) = (Luminance, other.Luminance);
        return (Math.Max(mine, theirs) + 0.05) / (Math.Min(mine, theirs) + 0.05);
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"#{rgb.Red:x2}{rgb.Green:x2}{rgb.Blue:x2}");

    private double Luminance => (0.2126 * Linear(rgb.Red)) + (0.7152 * Linear(rgb.Green)) + (0.0722 * Linear(rgb.Blue));

    /// <summary>
    /// The same colour, lighter or darker: hue and saturation stay (HSL), so that it is still the operator's and doesn't grey.
    /// </summary>
    /// <param name="part">How far on the way to white or black.</param>
    private Accent Towards(Accent end, double part)
    {
        var (most, least) = (Math.Max(rgb.Red, Math.Max(rgb.Green, rgb.Blue)) / 255.0, Math.Min(rgb.Red, Math.Min(rgb.Green, rgb.Blue)) / 255.0);
        var lightness = (most + least) / 2;
        var room = 1 - Math.Abs((2 * lightness) - 1);
        var saturation = room == 0 ? 0 : (most - least) / room;
        var aim = lightness + (((end == White ? 1 : 0) - lightness) * part);
        var spread = saturation * (1 - Math.Abs((2 * aim) - 1)) / 2;
        return new(Component(rgb.Red), Component(rgb.Green), Component(rgb.Blue));

        int Component(int old) => (int)Math.Round(255 * (most == least
            ? aim
            : aim - spread + (((old / 255.0) - least) / (most - least) * 2 * spread)));
    }

    private static double Linear(int component)
    {
        var share = component / 255.0;
        return share <= 0.04045 ? share / 12.92 : Math.Pow((share + 0.055) / 1.055, 2.4);
    }

    private static int Component(string text, int at) =>
        int.Parse(text.AsSpan(at, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
