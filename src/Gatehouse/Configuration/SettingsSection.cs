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
    private readonly HashSet<string> asked = new(StringComparer.OrdinalIgnoreCase);

    public List<string> Faults { get; } = [];

    public string? Text(string key)
    {
        asked.Add(key);
        var value = configuration[$"{Root}:{key}"];
        return string.IsNullOrWhiteSpace(value) ? null : value.Trim();
    }

    public string Text(string key, string fallback) => Text(key) ?? fallback;

    /// <summary>Indexed keys (<c>key:0</c>, <c>key:1</c>); a single value counts as a list of one.</summary>
    public IReadOnlyList<string> List(string key)
    {
        if (Text(key) is { } single)
            return [single];
        return [.. configuration.GetSection($"{Root}:{key}").GetChildren()
            .Select(child => child.Value?.Trim()).OfType<string>().Where(value => value.Length > 0)];
    }

    public bool Flag(string key, bool fallback) => Text(key) switch
    {
        null => fallback,
        var text when bool.TryParse(text, out var flag) => flag,
        var text => Fault(key, $"'{text}' is neither true nor false", fallback),
    };

    public int Number(string key, int fallback, int least, int most) => Text(key) switch
    {
        null => fallback,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most => number,
        var text => Fault(key, $"'{text}' is not a whole number from {least} to {most}", fallback),
    };

    /// <summary><c>[d.]hh:mm:ss</c>, longer than nothing.</summary>
    public TimeSpan Duration(string key, TimeSpan fallback) => Text(key) switch
    {
        null => fallback,
        var text when TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var duration)
            && duration > TimeSpan.Zero && text.Contains(':') => duration,
        var text => Fault(key, $"'{text}' is not a duration like 00:10:00 or 14.00:00:00", fallback),
    };

    /// <summary>Like <see cref="Duration"/>; "off" (the default) is null.</summary>
    public TimeSpan? DurationOrOff(string key) =>
        Text(key) is { } text && !text.Equals("off", StringComparison.OrdinalIgnoreCase)
            ? Duration(key, TimeSpan.FromDays(1)) : null;

    public T Choice<T>(string key, T fallback) where T : struct, Enum => Text(key) switch
    {
        null => fallback,
        var text when Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value)
            && !char.IsAsciiDigit(text[0]) => value,
        var text => Fault(key, $"'{text}' is not one of {string.Join(", ", Enum.GetNames<T>())}", fallback),
    };

    public T Fault<T>(string key, string what, T fallback)
    {
        Faults.Add($"{Root}:{key}: {what}.");
        return fallback;
    }

    /// <summary>Marks a section that a later reader takes whole.</summary>
    public void Accept(string key) => asked.Add(key);

    /// <summary>Adds a fault for each given key that no reader asked for.</summary>
    public void RefuseUnknown()
    {
        foreach (var (key, value) in configuration.GetSection(Root).AsEnumerable(makePathsRelative: true))
        {
            if (value is not null && !IsAsked(key))
                Faults.Add($"{Root}:{key}: no such setting{Suggestion(key)}.");
        }
    }

    private bool IsAsked(string key)
    {
        for (var name = key; ; name = name[..name.LastIndexOf(':')])
        {
            if (asked.Contains(name))
                return true;
            if (!name.Contains(':'))
                return false;
        }
    }

    private string Suggestion(string key)
    {
        var near = asked.Select(name => (name, distance: Distance(name.ToUpperInvariant(), key.ToUpperInvariant())))
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
