// The engine's throughput in V8, as the filter's host runs it: `node v8.mjs MODULE`.
// `benches/run.sh v8` builds the module and calls this. Prints Markdown; figures are MB/s.

import { readFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';

const WARM_UP_MS = 1500; // V8 compiles twice; the second, optimising compiler needs a while.
const SAMPLES = 9;

const bytes = await readFile(process.argv[2]);
const started = performance.now();
const { instance } = await WebAssembly.instantiate(bytes, {});
const startMs = performance.now() - started;
const engine = instance.exports;

const MEASURES = [
  ['one piece', () => engine.redact(0)],
  ['16 KiB', () => engine.redact(16 << 10)],
  ['4 KiB', () => engine.redact(4 << 10)],
  ['memory.copy', () => engine.copy()],
  ['memchr', () => engine.search()],
];
// Baselines say nothing new of inputs that are built against the engine.
const HOSTILE_MEASURES = MEASURES.slice(0, 3);
const CHUNK_COLUMN = 1; // 16 KiB, beside one piece in column 0

function nameOf(input) {
  const place = engine.name(input);
  const at = Number(BigInt.asUintN(64, place) >> 32n);
  const length = Number(place & 0xffffffffn);
  return new TextDecoder().decode(new Uint8Array(engine.memory.buffer, at, length));
}

function warmUp() {
  engine.load(0);
  const end = performance.now() + WARM_UP_MS;
  while (performance.now() < end) {
    for (const [, run] of MEASURES) run();
  }
}

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

// The median of some runs, after one that is not counted.
function megabytesPerSecond(run, length) {
  run();
  const times = [];
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const start = performance.now();
    run();
    times.push(performance.now() - start);
  }
  return length / 1000 / median(times);
}

function table(first, end, measures) {
  const row = (cells) => console.log(`| ${cells.join(' | ')} |`);
  row(['input', ...measures.map(([title]) => title), '16 KiB to one piece', 'findings']);
  row(new Array(measures.length + 3).fill('---'));
  for (let input = first; input < end; input += 1) {
    const length = engine.load(input);
    const speeds = measures.map(([, run]) => megabytesPerSecond(run, length));
    const whole = (speed) => Math.round(speed).toLocaleString('en-GB');
    const ratio = (speeds[CHUNK_COLUMN] / speeds[0]).toFixed(2);
    row([nameOf(input), ...speeds.map(whole), ratio, engine.redact(0)]);
  }
  console.log();
}

warmUp();
console.log(`V8 ${process.versions.v8} (Node ${process.versions.node}), module of `
  + `${Math.round(bytes.length / 1024)} KiB compiled and started in ${startMs.toFixed(1)} ms; `
  + `median of ${SAMPLES} runs, MB/s.\n`);
console.log('Clean traffic, 16 MiB of each kind:\n');
table(0, engine.clean_inputs(), MEASURES);
console.log('Built to hurt, 4 MiB each:\n');
table(engine.clean_inputs(), engine.inputs(), HOSTILE_MEASURES);
