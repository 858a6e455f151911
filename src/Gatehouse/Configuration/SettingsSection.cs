using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Gatehouse.Configuration;

/// <summary>
/// Reads typed values below <c>Gatehouse:</c>, collects a fault for each one that doesn't fit, and knows afterwards
/// which given keys nobody asked for: a misspelt setting must not be a silent default.
/// </summary>
internal sealed class SettingsSection(IConfiguration configuration)
{
    public const string Root = "Gatehouse";
    private static readonly string[] DurationFormats = [@"hh\:mm\:ss", @"%d\.hh\:mm\:ss", @"hh\:mm\:ss\.FFFFFFF"];
    private static readonly TimeSpan Longest = TimeSpan.FromDays(36_500); // a century: added to any time it is still one
    private readonly Dictionary<string, AskedSetting> asked = new(StringComparer.OrdinalIgnoreCase);

    public List<string> Faults { get; } = [];

    /// <summary>Every key that was asked for.</summary>
    public IReadOnlyDictionary<string, AskedSetting> Asked => asked;

    public string? Text(string key) => Get(key, null, "text");

    /// <summary>As it stands: a password may begin or end with a space.</summary>
    public string? Verbatim(string key)
    {
        Get(key, null, "text");
        return configuration[$"{Root}:{key}"] is { Length: > 0 } value ? value : null;
    }

    public string Text(string key, string fallback) => Get(key, fallback, "text") ?? fallback;

    /// <summary>Indexed keys (<c>key:0</c>, <c>key:1</c>); a single value counts as a list of one.</summary>
    public IReadOnlyList<string> List(string key)
    {
        Accept(key, "a list");
        if (Get(key, null, "a list") is { } single)
            return [single];
        return [.. configuration.GetSection($"{Root}:{key}").GetChildren()
            .Select(child => child.Value?.Trim()).OfType<string>().Where(value => value.Length > 0)];
    }

    /// <summary>The parts of a section by name, each with its own values by key (<c>key:part:name</c>).</summary>
    public IEnumerable<(string Part, IReadOnlyDictionary<string, string> Values)> Parts(string key)
    {
        Accept(key);
        foreach (var part in configuration.GetSection($"{Root}:{key}").GetChildren())
        {
            yield return (part.Key, part.AsEnumerable(makePathsRelative: true).Where(pair => pair.Value is not null)
                .ToDictionary(pair => pair.Key, pair => pair.Value!, StringComparer.Ordinal));
        }
    }

    public bool Flag(string key, bool fallback) => Get(key, fallback ? "true" : "false", "true or false") switch
    {
        null => fallback,
        var text when bool.TryParse(text, out var flag) => flag,
        var text => Fault(key, $"'{text}' is neither true nor false", fallback),
    };

    public int Number(string key, int fallback, int least, int most) => Get(
        key, Invariant(fallback), $"{least} to {most}") switch
    {
        null => fallback,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most => number,
        var text => Fault(key, $"'{text}' is not a whole number from {least} to {most}", fallback),
    };

    /// <summary>
    /// <c>[d.]hh:mm:ss</c>, longer than nothing. To the letter: the framework's own reader takes "24:00:00" for 24 days.
    /// </summary>
    public TimeSpan Duration(string key, TimeSpan fallback) => Get(key, Invariant(fallback), "a duration") switch
    {
        null => fallback,
        var text when TryParseDuration(text, out var duration) => duration,
        var text => Fault(key, $"'{text}' is not a duration like 00:10:00 or 14.00:00:00 (hours up to 23)", fallback),
    };

    public static bool TryParseDuration(string text, out TimeSpan duration) =>
        TimeSpan.TryParseExact(text, DurationFormats, CultureInfo.InvariantCulture, out duration)
        && duration > TimeSpan.Zero && duration <= Longest;

    /// <summary>Like <see cref="Duration"/>; "off" is null.</summary>
    public TimeSpan? DurationOrOff(string key, TimeSpan? fallback) => Get(
        key, fallback is { } length ? Invariant(length) : "off", "a duration, or off") switch
    {
        null => fallback,
        var text when text.Equals("off", StringComparison.OrdinalIgnoreCase) => null,
        _ => Duration(key, fallback ?? TimeSpan.FromMinutes(1)), // taken only beside a fault
    };

    public T Choice<T>(string key, T fallback) where T : struct, Enum => Get(
        key, fallback.ToString(), Names<T>()) switch
    {
        null => fallback,
        var text when Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value)
            && !char.IsAsciiDigit(text[0]) => value,
        var text => Fault(key, $"'{text}' is not one of {Names<T>()}", fallback),
    };

    public T Fault<T>(string key, string what, T fallback)
    {
        Faults.Add($"{Root}:{key}: {what}.");
        return fallback;
    }

    /// <summary>Marks a section that a later reader takes whole.</summary>
    public void Accept(string key, string values = "a section") =>
        asked.TryAdd(key, new AskedSetting(null, values, HasParts: true));

    /// <summary>Forgets the faults of all other keys.</summary>
    public void KeepFaultsOf(IReadOnlyList<string> keys) => Faults.RemoveAll(fault => !keys.Any(
        key => fault.StartsWith($"{Root}:{key}:", StringComparison.OrdinalIgnoreCase)));

    /// <summary>Adds a fault for each given key that no reader asked for.</summary>
    public void RefuseUnknown()
    {
        foreach (var (key, value) in configuration.GetSection(Root).AsEnumerable(makePathsRelative: true))
        {
            if (!string.IsNullOrWhiteSpace(value) && !IsAsked(key))
                Faults.Add($"{Root}:{key}: no such setting{Suggestion(key)}.");
        }
    }

    private string? Get(string key, string? fallback, string values)
    {
        asked.TryAdd(key, new AskedSetting(fallback, values)); // who asks first knows the default
        var value = configuration[$"{Root}:{key}"];
        return string.IsNullOrWhiteSpace(value) ? null : value.Trim();
    }

    private static string Invariant(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);

    private static string Names<T>() where T : struct, Enum => string.Join(", ", Enum.GetNames<T>());

    private bool IsAsked(string key)
    {
        for (var name = key; ; name = name[..name.LastIndexOf(':')])
        {
            if (asked.TryGetValue(name, out var setting))
                return setting.HasParts || name.Length == key.Length;
            if (!name.Contains(':'))
                return false;
        }
    }

    private string Suggestion(string key)
    {
        var near = asked.Keys
            .Select(name => (name, distance: Distance(name.ToUpperInvariant(), key.ToUpperInvariant())))
            .OrderBy(pair => pair.distance).FirstOrDefault();
        return near.name is not null && near.distance <= 3 ? $"; did you mean {Root}:{near.name}?" : "";
    }

    /// <summary>Levenshtein's distance.</summary>
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var substitute = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitute, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}

/// <param name="Default">As it would stand in a configuration; null: none, or one that depends on other things.</param>
/// <param name="Values">What may be set, in a few words.</param>
/// <param name="HasParts">It is set by keys below it, like a list's <c>:0</c>.</param>
internal sealed record AskedSetting(string? Default, string Values, bool HasParts = false);
