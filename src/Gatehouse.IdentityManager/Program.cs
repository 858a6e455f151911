using System.Runtime.InteropServices;
using Gatehouse.IdentityManager.CommandLine;
using Gatehouse.IdentityManager.Vault;

// Heard before the first verb begins: a verb may ask for the passphrase in its first step.
var stop = new CancellationTokenSource(); // not disposed: a signal may come to the very end
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return await Verbs.RunAsync(
    args,
    new VerbContext(Terminal.OfProcess(), TimeProvider.System, VaultPlace.OfPerson(), VaultCost.Usual),
    stop.Token);

// Who asks a second time doesn't wait for the verb to end what it is at.
void Stop(PosixSignalContext signal)
{
    signal.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}
