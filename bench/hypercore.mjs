// The same work by our hypercore and by npm's, one right after the other, in several rounds; what counts is the median of the
// rounds' ratios, since the machine may be busy with other things. Needs `npm ci` in tests/node and a Release build:
//   dotnet build bench/Hypercore -c Release && node bench/hypercore.mjs [--blocks 100000] [--rounds 3]
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values: options, positionals } = parseArgs({ allowPositionals: true, options: {
  blocks: { type: "string", default: "100000" }, rounds: { type: "string", default: "3" },
} });
const blocks = Number(options.blocks);
const here = fileURLToPath(new URL(".", import.meta.url));
const ours = join(here, "Hypercore/bin/Release/net10.0/Gatehouse.Hypercore.Benchmarks.dll");
const BlockBytes = 100;
const Appends = 20_000; // each with a signature

// ---- npm's side, each in a process of its own

const Hypercore = () => createRequire(join(here, "../tests/node/package.json"))("hypercore");
const block = i => { const bytes = Buffer.alloc(BlockBytes); bytes.writeUInt32LE(i); return bytes; };
const all = count => Array.from({ length: count }, (_, i) => block(i));
const elapsed = start => Number(process.hrtime.bigint() - start) / 1e9;
const say = (name, count, start) => console.log(JSON.stringify({ name, count, perSecond: Math.round(count / elapsed(start)) }));

async function withCore(key, work) {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-hypercore."));
  try {
    const core = new (Hypercore())(folder, ...(key ? [key] : []));
    await core.ready();
    await work(core);
    await core.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const npm = {
  append: count => withCore(null, async core => {
    for (const each of all(2000)) await core.append(each); // warm
    const list = all(count);
    const start = process.hrtime.bigint();
    for (const each of list) await core.append(each);
    say("append one by one", count, start);
  }),
  batch: count => withCore(null, async core => {
    const list = all(count);
    const start = process.hrtime.bigint();
    await core.append(list);
    say("append at once", count, start);
  }),
  serve: count => withCore(null, async core => {
    await core.append(all(count));
    const server = net.createServer(socket => {
      const stream = core.replicate(false);
      stream.on("error", () => {});
      socket.on("error", () => {});
      socket.pipe(stream).pipe(socket);
    });
    await new Promise(resolve => server.listen(0, "127.0.0.1", resolve));
    console.log(JSON.stringify({ port: server.address().port, key: core.key.toString("hex") }));
    await new Promise(() => {}); // until it is killed
  }),
  fetch: (count, port, key) => withCore(Buffer.from(key, "hex"), async core => {
    const start = process.hrtime.bigint();
    const socket = net.connect(Number(port), "127.0.0.1");
    const stream = core.replicate(true);
    stream.on("error", () => {});
    socket.on("error", () => {});
    socket.pipe(stream).pipe(socket);
    await core.download({ start: 0, end: count }).done();
    say("replicate", count, start);
    socket.destroy();
  }),
};

// ---- both sides, one after the other

const commandOf = (side, verb) => side === "ours" ? ["dotnet", [ours, ...verb]] : ["node", [fileURLToPath(import.meta.url), "npm", ...verb]];
const run = (side, ...verb) => {
  const [program, args] = commandOf(side, verb.map(String));
  return execFileSync(program, args, { encoding: "utf8", maxBuffer: 1 << 26 }).trim().split("\n").map(line => JSON.parse(line));
};

async function replicate(writer, reader) {
  const [program, args] = commandOf(writer, ["serve", String(blocks)]);
  const server = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const lines = createInterface({ input: server.stdout });
    const { port, key } = JSON.parse((await lines[Symbol.asyncIterator]().next()).value);
    return run(reader, "fetch", blocks, port, key)[0];
  } finally {
    server.kill();
  }
}

const median = list => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
const format = number => Math.round(number).toLocaleString("en");

async function compare() {
  console.log("| work | ours | npm's | ratio | bytes allocated per block |\n|---|--:|--:|--:|--:|");
  const works = {
    [`append ${format(Appends)}, each signed`]: side => run(side, "append", Appends)[0],
    [`append ${format(blocks)} at once`]: side => run(side, "batch", blocks)[0],
    [`replicate ${format(blocks)} over TCP`]: side => replicate(side, side),
  };
  for (const [name, measure] of Object.entries(works)) {
    const rounds = [];
    for (let round = 0; round < Number(options.rounds); round++)
      rounds.push([await measure("ours"), await measure("npm")]);
    const [mine, theirs] = [0, 1].map(which => median(rounds.map(round => round[which].perSecond)));
    const ratio = median(rounds.map(([a, b]) => a.perSecond / b.perSecond));
    console.log(`| ${name} | ${format(mine)}/s | ${format(theirs)}/s | ${ratio.toFixed(2)} | ${rounds[0][0].bytesPerBlock} |`);
  }
  for (const [writer, reader] of [["npm", "ours"], ["ours", "npm"]])
    console.log(`| replicate, writer ${writer}, reader ${reader} | ${format((await replicate(writer, reader)).perSecond)}/s | | | |`);
  for (const line of [...run("ours", "verify", blocks), ...run("ours", "limits")])
    console.log(`| ${line.name} | ${format(line.perSecond)}/s | | | ${line.bytesPerBlock} |`);
}

if (positionals[0] === "npm") await npm[positionals[1]](Number(positionals[2]), ...positionals.slice(3));
else await compare();
process.exit(0);
