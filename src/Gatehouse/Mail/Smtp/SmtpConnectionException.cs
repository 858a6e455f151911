namespace Gatehouse.Mail.Smtp;

/// <summary>The conversation with the server cannot go on. The message says why, for the operator.</summary>
internal sealed class SmtpConnectionException(string message, Exception? innerException = null)
    : Exception(message, innerException);
