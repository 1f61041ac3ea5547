// Compiles CheckpointLog and writes the artefact that ships as package data: `node tools/compile.mjs [--check]`, or with
// no Node of one's own `python -m tests.contracts.toolchain node tools/compile.mjs [--check]`.
//
// The output depends on the sources, this file and the pinned compiler alone: no path, time or metadata hash gets in.
// With --check nothing is written; the exit status is 1 when the committed artefact differs.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const solc = createRequire(import.meta.url)("solc");
const here = new URL("../", import.meta.url);
const artefact = new URL("CheckpointLog.json", here);
const names = ["src/CheckpointLog.sol", "src/ICheckpointLog.sol"];

// Paris comes before PUSH0, MCOPY and transient storage, so the code also runs on chains that never took up Shanghai or
// Cancun; nothing here needs them. The IR pipeline saves 290 gas a checkpoint.
const settings = {
  evmVersion: "paris",
  metadata: { bytecodeHash: "none" },
  optimizer: { enabled: true, runs: 10000 },
  viaIR: true,
};

const text = Object.fromEntries(names.map((name) => [name, readFileSync(new URL(name, here), "utf8")]));
const input = {
  language: "Solidity",
  sources: Object.fromEntries(names.map((name) => [name, { content: text[name] }])),
  settings: {
    ...settings,
    outputSelection: { "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"] } },
  },
};

const output = JSON.parse(solc.compile(JSON.stringify(input)));
if (output.errors?.length) {
  // A warning fails too: it would otherwise be seen once and never again.
  for (const error of output.errors) process.stderr.write(error.formattedMessage);
  process.exit(1);
}

const { abi, evm } = output.contracts["src/CheckpointLog.sol"].CheckpointLog;
const written = `${JSON.stringify(
  {
    contract: "CheckpointLog",
    compiler: solc.version().replace(".Emscripten.clang", ""),
    settings,
    sources: Object.fromEntries(names.map((name) => [name, createHash("sha256").update(text[name]).digest("hex")])),
    abi,
    bytecode: `0x${evm.bytecode.object}`,
    deployedBytecode: `0x${evm.deployedBytecode.object}`,
  },
  null,
  2,
)}\n`;

if (!process.argv.includes("--check")) {
  writeFileSync(artefact, written);
} else if (!existsSync(artefact) || readFileSync(artefact, "utf8") !== written) {
  process.stderr.write("contracts/CheckpointLog.json is stale: python -m tests.contracts.toolchain node tools/compile.mjs\n");
  process.exit(1);
}
