using Microsoft.Playwright;

namespace Gatehouse.Browser.Tests.Support;

/// <summary>How a visitor looks at us: with what screen, in which light, in which language, with or without JavaScript.</summary>
internal sealed record Look
{
    /// <summary>The narrowest screen that pages must fit (WCAG 1.4.10).</summary>
    public static readonly ViewportSize SmallPhone = new() { Width = 320, Height = 640 };

    public static readonly ViewportSize Phone = new() { Width = 390, Height = 844 };

    public static readonly ViewportSize Desktop = new() { Width = 1280, Height = 800 };

    public bool Script { get; init; } = true;

    public ViewportSize Screen { get; init; } = Desktop;

    public bool Dark { get; init; }

    public bool Still { get; init; }

    /// <summary>What the browser asks for in <c>Accept-Language</c>.</summary>
    public string Language { get; init; } = "en";

    public BrowserNewContextOptions ToOptions(Uri site) => new()
    {
        BaseURL = site.ToString(),
        ViewportSize = Screen,
        ColorScheme = Dark ? ColorScheme.Dark : ColorScheme.Light,
        ReducedMotion = Still ? ReducedMotion.Reduce : ReducedMotion.NoPreference,
        JavaScriptEnabled = Script,
        Locale = Language,
        IgnoreHTTPSErrors = true, // the stand-ins' certificate; nobody else is asked by https
    };
}
