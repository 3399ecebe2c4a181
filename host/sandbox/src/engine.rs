//! How wasmtime is set: which WebAssembly is accepted, and how guests are stopped.

use std::hash::{Hash, Hasher};
use std::num::NonZeroUsize;

use sha2::{Digest, Sha256};
use wasmtime::{Config, Engine, WasmBacktraceDetails, WasmFeatures};

use crate::details::Observed;

/// The WebAssembly that policies may use. A list of what is allowed, so that what a later wasmtime brings stays out until
/// somebody decides on it.
const FEATURES: WasmFeatures = WasmFeatures::MUTABLE_GLOBAL
    .union(WasmFeatures::SATURATING_FLOAT_TO_INT)
    .union(WasmFeatures::SIGN_EXTENSION)
    .union(WasmFeatures::REFERENCE_TYPES)
    .union(WasmFeatures::MULTI_VALUE)
    .union(WasmFeatures::BULK_MEMORY)
    .union(WasmFeatures::SIMD)
    .union(WasmFeatures::FLOATS)
    .union(WasmFeatures::EXTENDED_CONST)
    // Components within a component call each other through adapters that reach both memories. The compiler does not refuse these
    // where the feature is off, it panics.
    .union(WasmFeatures::MULTI_MEMORY)
    .union(WasmFeatures::COMPONENT_MODEL);

/// Functions that a backtrace names.
const FRAMES: NonZeroUsize = NonZeroUsize::new(24).unwrap();

/// An engine for this machine, or one that compiles for `target` and whatever processor such a machine has.
pub(crate) fn engine(target: Option<&str>, observed: Observed) -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    config
        .wasm_features(WasmFeatures::all(), false)
        .wasm_features(FEATURES, true)
        // Guests neither wait nor run side by side.
        .concurrency_support(false)
        // Deadlines. Fuel would cost more and say less about time; it is for those who want to count.
        .epoch_interruption(true)
        .consume_fuel(observed.metered)
        // In a gate a trap is told by its kind alone: where in the guest it came from is for whoever tries it on a laptop. Names of
        // functions serve for that, so the same compiled code does for both; nothing more is kept in it, and no environment variable
        // can ask for it.
        .wasm_backtrace_max_frames(observed.backtraces.then_some(FRAMES))
        .wasm_backtrace_details(WasmBacktraceDetails::Disable)
        .generate_address_map(false);
    // Memory reservation and guards keep their defaults: smaller ones make every access slower by half.
    if let Some(target) = target {
        config.target(target)?;
        if target.starts_with("x86_64") {
            enable_x86_64_v2(&mut config);
        }
    }
    Engine::new(&config)
}

/// What every x86-64 processor since 2009 can do (x86-64-v2, which current distributions ask for, too). Without it the compiler
/// calls a function for a single shuffle of bytes, and a search for patterns takes eight times as long.
const X86_64_V2: [&str; 5] = [
    "has_sse3",
    "has_ssse3",
    "has_sse41",
    "has_sse42",
    "has_popcnt",
];

fn enable_x86_64_v2(config: &mut Config) {
    for feature in X86_64_V2 {
        // SAFETY: wasmtime asks that no flag breaks what its code relies on. These only let the compiler use instructions, they
        // are recorded in what it makes, and wasmtime does not load that on a processor without them.
        #[expect(
            unsafe_code,
            reason = "there is no safe way to name a processor's features"
        )]
        unsafe {
            config.cranelift_flag_enable(feature);
        }
    }
}

/// Tells compilers apart: code is only loaded where this is the same as where it was compiled. wasmtime's own check on loading
/// overlooks some settings.
pub(crate) fn fingerprint(engine: &Engine) -> [u8; 32] {
    let mut hasher = Sha256Hasher(Sha256::new());
    engine.precompile_compatibility_hash().hash(&mut hasher);
    hasher.0.finalize().into()
}

/// Hashes the way that is the same in every process and for every version of Rust.
struct Sha256Hasher(Sha256);

impl Hasher for Sha256Hasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Of no use here: the whole digest is taken instead.
    fn finish(&self) -> u64 {
        0
    }
}
