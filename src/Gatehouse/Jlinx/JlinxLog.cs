using Gatehouse.Configuration;
using Gatehouse.Hypercore.Cores;
using Gatehouse.Jlinx.Documents;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Jlinx;

/// <summary>Events 2200–2299. No document's id: it is the right to read.</summary>
internal static partial class JlinxLog
{
    [LoggerMessage(2200, LogLevel.Information, "JLINX is on: {Did}, TCP port {Port}.", EventName = "JlinxIsOn")]
    public static partial void JlinxIsOn(this ILogger log, string did, int? port);

    [LoggerMessage(2201, LogLevel.Information, "JLINX is off ({Mode}): it needs libsodium, and a public URL of https or of this machine.", EventName = "JlinxIsOff")]
    public static partial void JlinxIsOff(this ILogger log, JlinxMode mode);

    [LoggerMessage(2202, LogLevel.Information, "A JLINX account was refused: {Fault}.", EventName = "AccountRefused")]
    public static partial void AccountRefused(this ILogger log, PairFault fault);

    [LoggerMessage(2203, LogLevel.Warning, "There are two histories of a JLINX pair ({PairId}): nobody gets in by it any more.",
        EventName = "PairContradicted")]
    public static partial void PairContradicted(this ILogger log, string pairId);

    [LoggerMessage(2204, LogLevel.Warning, "A JLINX pair ({PairId}) met a failure and is tried again.", EventName = "PairFailed")]
    public static partial void PairFailed(this ILogger log, Exception exception, string pairId);

    [LoggerMessage(2205, LogLevel.Warning, "A look at a JLINX account failed.", EventName = "CandidateFailed")]
    public static partial void CandidateFailed(this ILogger log, Exception exception);

    [LoggerMessage(2206, LogLevel.Warning, "A JLINX document that was asked for could not be looked up.", EventName = "LookFailed")]
    public static partial void LookFailed(this ILogger log, Exception exception);

    [LoggerMessage(2207, LogLevel.Warning, "A JLINX document can't be written now: {Reason}.", EventName = "AppendRefused")]
    public static partial void AppendRefused(this ILogger log, CoreRefusal reason);

    [LoggerMessage(2208, LogLevel.Warning, "A round of JLINX work failed.", EventName = "RoundFailed")]
    public static partial void RoundFailed(this ILogger log, Exception exception);

    [LoggerMessage(2209, LogLevel.Warning, "A connection that replicates documents failed.", EventName = "ReplicationFailed")]
    public static partial void ReplicationFailed(this ILogger log, Exception exception);
}
