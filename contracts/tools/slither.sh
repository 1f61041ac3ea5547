#!/bin/sh
# Runs slither over src/, with forge on the PATH: `sh tools/slither.sh SLITHER`, in contracts/. Any finding fails it. One that
# must stand is silenced where it stands, with its reason: `// slither-disable-next-line DETECTOR`.
set -eu
rm -rf out/slither cache/slither
forge build --skip 'test/**' --build-info --out out/slither --build-info-path out/slither/build-info --cache-path cache/slither
# Slither would compile anew with a downloaded solc; what forge has just built holds all that it reads.
exec "$1" . --ignore-compile --foundry-ignore-compile --foundry-out-directory out/slither --config-file slither.config.json
