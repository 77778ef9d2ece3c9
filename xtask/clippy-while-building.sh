#!/bin/sh
# Cargo calls this in place of rustc for the crates of this repository
# (`RUSTC_WORKSPACE_WRAPPER`): clippy's driver is rustc with more lints, so one build
# both lints and makes what the tests run.
exec clippy-driver "$@" -D warnings
