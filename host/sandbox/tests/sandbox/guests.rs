//! Guests as small as they can be: a core module in text, made a component by the tools that make real ones.
//!
//! A guest has its static data below [`HEAP`]. Everything it does not say is zero, and zeros are an empty manifest and an empty
//! outcome. Offsets in here are the canonical ABI's layout of `wit/policy.wit`.

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// Where `configure` answers from.
pub const MANIFEST: u32 = 1024;
/// Bytes of the answer of `configure`.
pub const MANIFEST_SIZE: usize = 88;
/// Bytes of a problem in it.
pub const PROBLEM_SIZE: usize = 40;
/// Where `process` answers from.
pub const OUTCOME: u32 = 32 * 1024;
/// Where `describe` answers from.
pub const DESCRIPTION: u32 = 48 * 1024;
/// Where memory that the host asks for begins.
pub const HEAP: u32 = 64 * 1024;

/// Places in the answer of `process`: the pointer of a column, with the length behind it.
pub mod outcome {
    pub const NODE: u32 = super::OUTCOME + 4;
    pub const VERDICT: u32 = super::OUTCOME + 12;
    pub const TARGET: u32 = super::OUTCOME + 52;
    pub const FIELD: u32 = super::OUTCOME + 60;
    pub const KIND: u32 = super::OUTCOME + 68;
    pub const VALUE: u32 = super::OUTCOME + 76;
    pub const FIELDS: u32 = super::OUTCOME + 92;
    pub const TEXT: u32 = super::OUTCOME + 100;
    pub const DECISIONS_KEEP: u32 = super::OUTCOME + 116;
    pub const MEASUREMENTS: u32 = super::OUTCOME + 140;
    pub const EMISSIONS: u32 = super::OUTCOME + 148;
}

/// What differs from the empty guest. Bodies are WebAssembly text that leaves the address of the answer on the stack.
pub struct Guest {
    /// Functions and other definitions.
    pub definitions: String,
    /// Memory and tables.
    pub memory: String,
    pub configure: String,
    pub process: String,
    pub describe: String,
    /// What `explain` does; none for a guest of the plain world.
    pub explain: Option<String>,
}

impl Default for Guest {
    fn default() -> Self {
        Self {
            definitions: String::new(),
            memory: r#"(memory (export "memory") 2)"#.to_owned(),
            configure: format!("i32.const {MANIFEST}"),
            process: format!("(global.set $heap (i32.const {HEAP})) i32.const {OUTCOME}"),
            describe: format!("i32.const {DESCRIPTION}"),
            explain: None,
        }
    }
}

impl Guest {
    /// A guest that does this with a view, whose address is `$view`.
    pub fn processing(process: impl Into<String>) -> Self {
        Self {
            process: process.into(),
            ..Self::default()
        }
    }

    /// A guest that may call `log`, `pseudonym` and `file`.
    pub fn with_host(mut self) -> Self {
        self.definitions.insert_str(
            0,
            r#"
            (import "tollgate:policy/host@0.1.0" "log" (func $log (param i32 i32 i32)))
            (import "tollgate:policy/host@0.1.0" "pseudonym" (func $pseudonym (param i32 i32 i32 i32 i32)))
            (import "tollgate:policy/host@0.1.0" "file" (func $file (param i32 i32 i32)))
            "#,
        );
        self
    }

    pub fn with_data(mut self, data: &Data) -> Self {
        let bytes: String = data
            .bytes
            .iter()
            .map(|byte| format!("\\{byte:02x}"))
            .collect();
        self.definitions
            .push_str(&format!("(data (i32.const {}) \"{bytes}\")", data.base));
        self
    }

    pub fn core(&self) -> Vec<u8> {
        let Self {
            definitions,
            memory,
            configure,
            process,
            describe,
            explain,
        } = self;
        let explain = explain.as_ref().map_or_else(String::new, |explain| {
            format!(
                r#"(func (export "tollgate:policy/explanation@0.1.0#explain") (param $view i32) (result i32) {explain})"#
            )
        });
        wat::parse_str(format!(
            r#"(module
            {definitions}
            {memory}
            (global $heap (mut i32) (i32.const {HEAP}))
            (func $allocate (export "cabi_realloc") (param i32 i32 i32) (param $size i32) (result i32)
                (local $place i32)
                (local.set $place (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
                (global.set $heap (i32.add (local.get $place) (local.get $size)))
                (block $enough (loop $more
                    (br_if $enough (i32.ge_u (i32.shl (memory.size) (i32.const 16)) (global.get $heap)))
                    (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))
                    unreachable))
                local.get $place)
            {explain}
            (func (export "tollgate:policy/policy@0.1.0#describe") (result i32) {describe})
            (func (export "tollgate:policy/policy@0.1.0#configure") (param $config i32) (param $length i32) (param $compat i32)
                (result i32) {configure})
            (func (export "tollgate:policy/policy@0.1.0#process") (param $view i32) (result i32) {process})
            (func (export "tollgate:policy/policy@0.1.0#tick") (param i64 i64) (result i32) i32.const {OUTCOME}))"#
        ))
        .unwrap()
    }

    pub fn component(&self) -> Vec<u8> {
        let mut module = self.core();
        let mut resolve = Resolve::default();
        let package = resolve
            .push_str("policy.wit", tollgate_sandbox::interface())
            .unwrap();
        let world = if self.explain.is_some() {
            "explainer"
        } else {
            "gatekeeper"
        };
        let world = resolve.select_world(&[package], Some(world)).unwrap();
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
        let mut encoder = ComponentEncoder::default()
            .module(&module)
            .unwrap()
            .validate(true);
        encoder.encode().unwrap()
    }
}

/// Static data of a guest: fixed places first, texts and lists behind them.
pub struct Data {
    base: u32,
    bytes: Vec<u8>,
}

impl Data {
    /// Data at `base`, of which `fixed` bytes are addressed by their offset.
    pub fn at(base: u32, fixed: usize) -> Self {
        Self {
            base,
            bytes: vec![0; fixed],
        }
    }

    pub fn byte(&mut self, offset: usize, value: u8) -> &mut Self {
        self.bytes[offset] = value;
        self
    }

    pub fn word(&mut self, offset: usize, value: u32) {
        self.bytes[offset..offset + 4].copy_from_slice(&value.to_le_bytes());
    }

    /// Puts a pointer and a length at `offset`.
    pub fn slice(&mut self, offset: usize, pointer: u32, length: usize) -> &mut Self {
        self.word(offset, pointer);
        self.word(offset + 4, u32::try_from(length).unwrap());
        self
    }

    /// Room for `bytes` zeros behind everything, as an offset and an address.
    pub fn room(&mut self, bytes: usize) -> (usize, u32) {
        self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
        let offset = self.bytes.len();
        self.bytes.resize(offset + bytes, 0);
        (offset, self.base + u32::try_from(offset).unwrap())
    }

    pub fn text(&mut self, offset: usize, text: &str) -> &mut Self {
        let (place, address) = self.room(text.len());
        self.bytes[place..place + text.len()].copy_from_slice(text.as_bytes());
        self.slice(offset, address, text.len())
    }

    /// Destinations of a manifest.
    pub fn routes(&mut self, names: &[&str]) -> &mut Self {
        self.texts(24, names)
    }

    /// Instruments of a manifest: names and kinds (0 delta sum, 1 histogram, 2 gauge), all in seconds.
    pub fn instruments(&mut self, instruments: &[(&str, u8)]) -> &mut Self {
        let (place, address) = self.room(instruments.len() * 28);
        for (index, (name, kind)) in instruments.iter().enumerate() {
            let entry = place + index * 28;
            self.text(entry, name)
                .text(entry + 8, "s")
                .text(entry + 16, "What it is.")
                .byte(entry + 24, *kind);
        }
        self.slice(32, address, instruments.len())
    }

    /// Signals of the emissions of a manifest.
    pub fn emits(&mut self, signals: &[u8]) -> &mut Self {
        let (place, address) = self.room(signals.len());
        for (index, signal) in signals.iter().enumerate() {
            self.byte(place + index, *signal);
        }
        self.slice(40, address, signals.len())
    }

    /// Warnings of a manifest: what is wrong, and where in the text.
    pub fn warnings(&mut self, warnings: &[(&str, Option<(u32, u32)>)]) -> &mut Self {
        let (place, address) = self.room(warnings.len() * PROBLEM_SIZE);
        for (index, (message, span)) in warnings.iter().enumerate() {
            let entry = place + index * PROBLEM_SIZE;
            self.text(entry, "/statements/0").text(entry + 8, message);
            if let Some((start, end)) = span {
                self.byte(entry + 28, 1);
                self.word(entry + 32, *start);
                self.word(entry + 36, *end);
            }
        }
        self.slice(80, address, warnings.len())
    }

    pub fn texts(&mut self, offset: usize, texts: &[&str]) -> &mut Self {
        let (place, address) = self.room(texts.len() * 8);
        for (index, text) in texts.iter().enumerate() {
            self.text(place + index * 8, text);
        }
        self.slice(offset, address, texts.len())
    }
}

/// One signal's rights, as a manifest says them.
#[derive(Clone, Copy, Default)]
pub struct Rights<'a> {
    pub signal: u8,
    pub reads: &'a [&'a str],
    pub writes: &'a [&'a str],
    pub drops: bool,
    pub adds: bool,
}

/// The answer of `configure`: a manifest with these rights and rules.
pub fn manifest(rights: &[Rights<'_>], rules: &[&str]) -> Data {
    let mut data = Data::at(MANIFEST, MANIFEST_SIZE);
    let (place, address) = data.room(rights.len() * 24);
    data.slice(8, address, rights.len()).texts(16, rules);
    for (index, rights) in rights.iter().enumerate() {
        let entry = place + index * 24;
        data.byte(entry, rights.signal)
            .texts(entry + 4, rights.reads)
            .texts(entry + 12, rights.writes)
            .byte(entry + 20, u8::from(rights.drops))
            .byte(entry + 21, u8::from(rights.adds));
    }
    data
}
