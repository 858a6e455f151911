using Gatehouse.Texts;

namespace Gatehouse.Tests.Support;

/// <summary>What a phrase says in English: the language of who asks for none.</summary>
internal static class English
{
    public static string Say(Phrase phrase) => Catalogue.BuiltIn.In(Language.English).Say(phrase);
}
