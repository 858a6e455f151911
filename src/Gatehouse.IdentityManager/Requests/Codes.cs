using System.Globalization;
using System.Security.Cryptography;

namespace Gatehouse.IdentityManager.Requests;

/// <summary>
/// Three codes of which the browser shows one: who approves must have looked at the browser that asks. A stranger's
/// request, approved blindly, fails two times of three, and is then rejected.
/// </summary>
internal static class Codes
{
    private const int Count = 3, Largest = 1000;

    public static IReadOnlyList<string> Draw(string right)
    {
        HashSet<string> codes = [right];
        while (codes.Count < Count)
            codes.Add(RandomNumberGenerator.GetInt32(Largest).ToString("d3", CultureInfo.InvariantCulture));
        var shown = codes.ToArray();
        RandomNumberGenerator.Shuffle<string>(shown);
        return shown;
    }
}
