namespace Gatehouse.Jlinx;

/// <summary>
/// What a document may be at most. They are part of the format: both sides hold them, before anything is allocated.
/// </summary>
public static class DocumentLimits
{
    /// <summary>Of a header's bytes.</summary>
    public const int HeaderBytes = 4096;

    /// <summary>Of the bytes of any other block.</summary>
    public const int BlockBytes = 16 * 1024;

    /// <summary>Of a document's blocks.</summary>
    public const int Blocks = 10_000;

    /// <summary>Of all its blocks' bytes.</summary>
    public const long Bytes = 16 * 1024 * 1024;

    /// <summary>Of objects and arrays in each other.</summary>
    public const int Depth = 8;

    /// <summary>Of services that a header names.</summary>
    public const int Services = 4;

    /// <summary>Of keys that a Did has at a time.</summary>
    public const int Keys = 8;

    /// <summary>Of the characters of an app's, or a customer's, name.</summary>
    public const int NameCharacters = 64;

    internal const int EndpointCharacters = 500, WordCharacters = 64;
    internal const int ValueCharacters = 1024;
}
