using FsCheck;
using FsCheck.Fluent;

namespace Gatehouse.Tests.Support;

/// <summary>Texts made of the pieces attacks are made of, and of plain letters: some are accepted.</summary>
internal static class HostileText
{
    private static readonly string[] Pieces =
    [
        "a", "B", "z", "I", "0", "9", "example", "com", ".", ".", ".com", "@", "@", "@example.com", "-", "--", "xn--",
        "xn--mller-kva", "_", "+", " ", "\"", "<", ">", "(", ",", ";", "[", "=?", "?=", "%", "!", "\\", "'", "\0", "\n",
        "\t", "\u007F", "\u0085", "\u00A0", "\u00AD", "\u00DF", "\u00FC", "u\u0308", "\u0130", "\u0131", "\u017F",
        "\u0301", "\u0345", "\u034F", "\u03A3", "\u03C2", "\u1E9E", "\u200B", "\u200C", "\u200D", "\u202E", "\u2028",
        "\u2066", "\u212A", "\u2100", "\u33C2", "\u2488", "\u3002", "\u3164", "\uFDFA", "\uFE6B", "\uFE0F", "\uFF0E",
        "\uFF20", "\uFF21", "\uFF61", "\uFFFD", "\uFFFE", "\uFFFF", "\u13A0", "\uAB70", "\u05D0", "\u0627", "\u4F8B",
        "\uD800", "\uDC00", "\U0001F600", "\U00010400", "\U000E0001", "\U0001D160", "\U0010FFFF",
    ];

    private static readonly Gen<string> Any =
        from pieces in Gen.ArrayOf(Gen.Frequency(
            (9, Gen.Elements(Pieces)),
            (1, Gen.Choose(0, 0xFFFF).Select(unit => ((char)unit).ToString()))))
        select string.Concat(pieces);

    private static readonly Gen<string> NearlyAddresses =
        from local in Gen.Elements("a", "Bob.I+x", "K'I", "\u212A")
        from left in Gen.Elements(Pieces)
        from right in Gen.Elements(Pieces)
        select $"{local}@x{left}{right}y.com";

    /// <summary>Holds the claim against two thousand texts; a failure names the seed that repeats it.</summary>
    public static void Check(Func<string, bool> claim) =>
        Prop.ForAll(Gen.OneOf(Any, NearlyAddresses).ToArbitrary(), claim)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
}
