// A real SMTP server. Options are arguments, `name` or `name=value`:
//   tls | starttls      with cert=PEM and key=PEM; without either the server knows no TLS
//   auth=PLAIN,LOGIN    with user= and password=; required before MAIL
//   mail=CODE | recipient=CODE | data=CODE   the answer to MAIL, RCPT or the end of the mail
//   hang                never answers the end of a mail
//   drop=BYTES          hangs up after that much of a mail
//   no-utf8             does not offer SMTPUTF8
// Prints {"port":…}, then a line for each login and mail. "stop" on its input ends it; its last line is {"end":true}.
import { SMTPServer } from 'smtp-server';

const options = new Map(process.argv.slice(2).map(argument => {
  const equals = argument.indexOf('=');
  return equals < 0 ? [argument, true] : [argument.slice(0, equals), argument.slice(equals + 1)];
}));
const print = line => console.log(JSON.stringify(line));
const refusal = code => Object.assign(new Error('refused by the test'), { responseCode: Number(code) });
const answer = (option, callback) => options.has(option) ? callback(refusal(options.get(option))) : callback();
const sockets = new Map();

const server = new SMTPServer({
  secure: options.has('tls'),
  hideSTARTTLS: !options.has('starttls'),
  disabledCommands: [...(options.has('starttls') ? [] : ['STARTTLS']), ...(options.has('auth') ? [] : ['AUTH'])],
  allowInsecureAuth: true,
  authMethods: options.get('auth')?.split(','),
  cert: options.get('cert'),
  key: options.get('key'),
  size: 1024 * 1024,
  hideSMTPUTF8: options.has('no-utf8'),
  disableReverseLookup: true,
  onAuth(auth, session, callback) {
    print({ auth: auth.method, user: auth.username, password: auth.password, secure: session.secure });
    const good = auth.username === options.get('user') && auth.password === options.get('password');
    return good ? callback(null, { user: auth.username }) : callback(refusal(535));
  },
  onMailFrom: (address, session, callback) => answer('mail', callback),
  onRcptTo: (address, session, callback) => answer('recipient', callback),
  onData(stream, session, callback) {
    const chunks = [];
    let length = 0;
    stream.on('data', chunk => {
      chunks.push(chunk);
      length += chunk.length;
      if (options.has('drop') && length >= Number(options.get('drop')))
        sockets.get(session.remotePort).destroy();
    });
    stream.on('end', () => {
      print({
        session: session.id,
        hello: session.hostNameAppearsAs,
        secure: session.secure,
        user: session.user,
        from: session.envelope.mailFrom,
        to: session.envelope.rcptTo.map(recipient => recipient.address),
        source: Buffer.concat(chunks).toString('base64'),
      });
      if (!options.has('hang'))
        answer('data', callback);
    });
  },
});
server.on('error', () => {}); // clients that refuse our certificate, or hang up
server.server.on('connection', socket => sockets.set(socket.remotePort, socket));
server.listen(0, '127.0.0.1', () => print({ port: server.server.address().port }));
process.stdin.once('data', () => {
  print({ end: true });
  process.exit();
});
