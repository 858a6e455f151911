namespace Gatehouse.Security.Argon2id;

/// <summary>
/// The compression function of Argon2 on one kind of machine. A kernel is a struct without state: as a type argument it
/// makes the fill loop compile once per kernel, with no call through a pointer.
/// </summary>
/// <remarks>
/// <c>Compress</c> is compiled at once and fully optimised, and never inlined: inside another method the compiler runs
/// out of budget halfway and leaves calls in the middle, which doubles the time. For the same reason no parameter is
/// <c>in</c>: the compiler would make a bridge between the interface and the struct, and inline into that.
/// </remarks>
internal unsafe interface IArgon2Kernel
{
    static abstract bool IsSupported { get; }

    /// <summary>Where a block holds the word that RFC 9106 numbers <paramref name="word"/>. Word 0 is at 0.</summary>
    static abstract int Position(int word);

    /// <summary>
    /// Writes G(previous, reference) to <paramref name="destination"/>, or XORs it onto what is there.
    /// </summary>
    /// <param name="previous">The block before; never the destination.</param>
    /// <param name="reference">The block referred to; may be the destination when nothing is accumulated.</param>
    /// <param name="destination">The block to write.</param>
    /// <param name="accumulate">True in every pass but the first.</param>
    /// <param name="next">Where the block after this one may refer to; null when that is decided elsewhere.</param>
    /// <param name="scratch">A block of working memory.</param>
    /// <returns>The next block's reference, on its way to the cache; null if <paramref name="next"/> is.</returns>
    static abstract ulong* Compress(
        ulong* previous, ulong* reference, ulong* destination, bool accumulate, ReferenceArea* next, ulong* scratch);
}
