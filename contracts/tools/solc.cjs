#!/usr/bin/env node
// The pinned npm `solc` behind the command line of the native compiler: what forge asks for, `--version` and
// `--standard-json` on standard input. Forge would otherwise download a compiler, which a test may not.
const { readFileSync } = require("node:fs");
const solc = require("solc");

if (process.argv.includes("--version")) {
  // Forge reads the last line and wants a platform there; Emscripten is none that it knows.
  const version = solc.version().replace(".Emscripten.clang", ".Linux.g++");
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${version}\n`);
} else {
  process.stdout.write(solc.compile(readFileSync(0, "utf8")));
}
