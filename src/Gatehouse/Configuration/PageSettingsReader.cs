using System.Text.RegularExpressions;
using Gatehouse.Texts;

namespace Gatehouse.Configuration;

/// <summary>Reads what an operator may change of the pages and mails without building anything.</summary>
internal static class PageSettingsReader
{
    private const int MostLogoBytes = 256 * 1024; // it is part of every first page

    public static PageSettings Read(SettingsSection section) => new(
        section.Text("Pages:Title", "Gatehouse"), ReadLogo(section), ReadAccent(section), ReadLanguage(section), ReadTexts(section));

    private static string ReadAccent(SettingsSection section)
    {
        var accent = section.Text("Pages:Accent", "#2f6f4f");
        return Regex.IsMatch(accent, "^#[0-9a-fA-F]{6}$", RegexOptions.NonBacktracking)
            ? accent
            : section.Fault("Pages:Accent", $"'{accent}' is not a colour like #2f6f4f", "#2f6f4f");
    }

    /// <summary>A file, which we serve; or a path that the application around us serves. Never another site's.</summary>
    private static Logo? ReadLogo(SettingsSection section)
    {
        if (section.Text("Pages:Logo") is not { } logo)
            return null;
        var type = Logo.TypeOf(logo);
        if (!File.Exists(logo))
        {
            return logo is ['/', not '/', ..] && type is not null
                ? new Logo(logo, File: null)
                : section.Fault<Logo?>("Pages:Logo", $"there is no file '{logo}'", null);
        }
        if (type is null)
            return section.Fault<Logo?>("Pages:Logo", $"'{logo}' is none of .svg, .png, .webp, .jpg", null);
        return new FileInfo(logo).Length <= MostLogoBytes
            ? new Logo(Logo.ServedAt + Path.GetExtension(logo), Path.GetFullPath(logo))
            : section.Fault<Logo?>("Pages:Logo", $"'{logo}' is larger than {MostLogoBytes / 1024} KiB", null);
    }

    private static Language ReadLanguage(SettingsSection section)
    {
        var tag = section.Text("Pages:Language", Language.English.Tag);
        return Language.Named(tag) ?? section.Fault("Pages:Language", $"'{tag}' is not one of {Tags}", Language.English);
    }

    private static string Tags => string.Join(", ", Language.All.Select(language => language.Tag));

    /// <summary><c>Pages:Texts:LANGUAGE:KEY</c>; a text may leave holes out but not make new ones up.</summary>
    private static Dictionary<string, IReadOnlyDictionary<string, string>> ReadTexts(SettingsSection section)
    {
        var texts = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        foreach (var (tag, given) in section.Parts("Pages:Texts"))
        {
            if (Language.Named(tag) is not { } language)
            {
                section.Fault($"Pages:Texts:{tag}", $"'{tag}' is not one of {Tags}", 0);
                continue;
            }
            var known = Catalogue.Read(language);
            foreach (var (key, text) in given)
            {
                if (key.StartsWith("panel.", StringComparison.Ordinal))
                    section.Fault($"Pages:Texts:{tag}:{key}", "the panel's words are part of its script and can't be replaced", 0);
                else if (!known.TryGetValue(key, out var wording))
                    section.Fault($"Pages:Texts:{tag}:{key}", "no such text; docs/texts.md lists them", 0);
                else if (Wording.HolesOf(text) is not { } holes || holes.Except(wording.Holes, StringComparer.Ordinal).Any())
                    section.Fault($"Pages:Texts:{tag}:{key}", $"braces hold nothing but {Spell(wording)}", 0);
            }
            texts[language.Tag] = given;
        }
        return texts;
    }

    private static string Spell(Wording wording) =>
        wording.Holes.Any() ? string.Join(", ", wording.Holes.Select(hole => $"{{{hole}}}")) : "what the text it replaces has: nothing";
}
