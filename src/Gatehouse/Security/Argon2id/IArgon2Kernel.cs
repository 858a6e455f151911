namespace Gatehouse.Security.Argon2id;

/// <summary>
/// The compression function of Argon2 on one kind of machine. A kernel is a struct without state: as a type argument it
/// makes the fill loop compile once per kernel, with no call through a pointer.
/// </summary>
internal unsafe interface IArgon2Kernel
{
    static abstract bool IsSupported { get; }

    /// <summary>Where a kernel keeps the word that RFC 9106 numbers <paramref name="word"/>. Word 0 is always at 0.</summary>
    static abstract int Position(int word);

    /// <summary>
    /// Writes G(previous, reference) to <paramref name="destination"/>, or XORs it onto what is there.
    /// </summary>
    /// <param name="previous">The block before; never the destination.</param>
    /// <param name="reference">The block referred to; may be the destination when nothing is accumulated.</param>
    /// <param name="destination">The block to write.</param>
    /// <param name="accumulate">True in every pass but the first.</param>
    /// <param name="next">Where the block after this one may refer to; <c>default</c> when that is decided elsewhere.</param>
    /// <param name="scratch">A block of working memory.</param>
    /// <returns>The next block's reference, its lines already on their way to the cache; null without an area.</returns>
    static abstract ulong* Compress(
        ulong* previous, ulong* reference, ulong* destination, bool accumulate, in ReferenceArea next, ulong* scratch);
}
