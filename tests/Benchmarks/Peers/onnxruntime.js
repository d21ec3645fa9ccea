// ONNX Runtime as a peer: long-lived, told by lines of standard input what to do, and timing the network by itself.
//
//   node onnxruntime.js MODULES THREADS       MODULES: the node_modules folder that onnxruntime-node is installed in
//
// Lines and answers are those of pytorch.py, but for
//
//   load FILE.onnx
//
// As a user who wants it fast would run it: all optimisations, the CPU provider, its arena and its memory patterns.
'use strict';

const fs = require('fs');
const path = require('path');
const readline = require('readline');

const [modules, threads] = process.argv.slice(2);
const ort = require(path.join(path.resolve(modules), 'onnxruntime-node'));

const options = {
  executionProviders: ['cpu'],
  graphOptimizationLevel: 'all',
  executionMode: 'sequential',
  intraOpNumThreads: Number(threads),
  interOpNumThreads: 1,
  enableCpuMemArena: true,
  enableMemPattern: true,
};

let session = null;
let picture = null;
let result = null;

const commands = {
  about: async () => ({ versions: { 'ONNX Runtime': ort.env.versions.node, Node: process.versions.node } }),

  load: async file => {
    if (session) await session.release();
    session = null; // the old weights go before the new ones come
    session = await ort.InferenceSession.create(file, options);
    return {};
  },

  picture: async (file, width, height) => {
    const pixels = fs.readFileSync(file);
    const plane = Number(width) * Number(height);
    const planes = new Float32Array(3 * plane); // [3][height][width]
    for (let i = 0; i < plane; i++)
      for (let c = 0; c < 3; c++) planes[c * plane + i] = pixels[3 * i + c] / 255;
    picture = new ort.Tensor('float32', planes, [1, 3, Number(height), Number(width)]);
    return {};
  },

  run: async () => {
    result = null;
    const feeds = { [session.inputNames[0]]: picture };
    const began = process.hrtime.bigint();
    const results = await session.run(feeds);
    const seconds = Number(process.hrtime.bigint() - began) / 1e9;
    result = results[session.outputNames[0]];
    return { seconds };
  },

  save: async file => {
    const plane = result.dims[2] * result.dims[3];
    const pixels = new Float32Array(3 * plane); // [height][width][3]
    for (let i = 0; i < plane; i++)
      for (let c = 0; c < 3; c++) pixels[3 * i + c] = result.data[c * plane + i];
    fs.writeFileSync(file, Buffer.from(pixels.buffer));
    return {};
  },
};

async function main() {
  process.on('SIGINT', () => {}); // whoever asks ends this process
  for await (const line of readline.createInterface({ input: process.stdin })) {
    let answer;
    try {
      const [command, ...words] = JSON.parse(line);
      answer = await commands[command](...words);
    } catch (error) { // whoever asks shows it
      answer = { error: String(error) };
    }
    process.stdout.write(JSON.stringify(answer) + '\n');
  }
}

main();
