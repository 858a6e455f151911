using System.CommandLine;

namespace Gatehouse.IdentityManager.CommandLine;

/// <summary>A command with an example of its use, which its help shows.</summary>
internal sealed class Verb(string name, string description, string? example = null) : Command(name, description)
{
    public string? Example => example;
}

/// <summary>How a verb ended; its number is the exit code.</summary>
internal enum Outcome
{
    Done = 0,

    /// <summary>What was named isn't there, or the person said no: nothing was done.</summary>
    Nothing = 1,

    CouldNot = 2,
}

/// <summary>The verb can't be carried out, for a reason that the person can do something about.</summary>
internal sealed class RefusedException(string message) : Exception(message);
