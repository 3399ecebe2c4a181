//! A policy that judges each log record by the first letter of its body, and says what it is told to.

use tollgate_record::Signal;

use super::guests::{Data, Guest, HEAP, MANIFEST, OUTCOME};

/// What a policy may do, and what it says with every call.
#[derive(Default)]
pub struct Judge<'a> {
    /// Letters that mean something: `d` drops a record, `f` fails it, `t` traps; `a`, `b` and `c` send it to the first, second and third
    /// route. Records with other letters are kept.
    pub letters: &'a str,
    /// Signals it takes.
    pub signals: &'a [Signal],
    pub routes: &'a [&'a str],
    /// New telemetry of each call.
    pub emits: Option<(Signal, Vec<u8>)>,
    /// A delta sum, to which each call adds this, for the value of `kind`.
    pub measures: Option<(&'a str, f64, &'a str)>,
    /// Whether bodies are read. Without, no letter is seen.
    pub blind: bool,
}

const NODES: u32 = 0x10_0000;
const VERDICTS: u32 = 0x18_0000;
const RULES: u32 = 0x20_0000;
const ARGUMENTS: u32 = 0x28_0000;

impl Judge<'_> {
    pub fn component(&self) -> Vec<u8> {
        let mut guest = Guest {
            memory: r#"(memory (export "memory") 64)"#.to_owned(),
            process: self.process(),
            ..Guest::default()
        };
        guest = guest.with_data(&self.manifest()).with_data(&self.outcome());
        guest.component()
    }

    fn manifest(&self) -> Data {
        let mut data = Data::at(MANIFEST, 88);
        let (place, address) = data.room(self.signals.len() * 24);
        data.slice(8, address, self.signals.len());
        for (index, signal) in self.signals.iter().enumerate() {
            let entry = place + index * 24;
            let reads: &[&str] = if *signal == Signal::Logs && !self.blind {
                &["body"]
            } else {
                &[]
            };
            data.byte(entry, *signal as u8)
                .texts(entry + 4, reads)
                .byte(entry + 20, u8::from(self.letters.contains('d')));
        }
        data.texts(16, &["judged"]).texts(24, self.routes);
        if let Some((name, _, _)) = self.measures {
            let (place, address) = data.room(28);
            data.text(place, name)
                .text(place + 8, "1")
                .text(place + 16, "Calls.");
            data.slice(32, address, 1);
        }
        if let Some((signal, _)) = &self.emits {
            let (place, address) = data.room(1);
            data.byte(place, *signal as u8).slice(40, address, 1);
        }
        data
    }

    fn outcome(&self) -> Data {
        let mut data = Data::at(OUTCOME, 160);
        if !self.routes.is_empty() {
            let (sets, address) = data.room(self.routes.len() * 8);
            data.slice(36, address, self.routes.len());
            for route in 0..self.routes.len() {
                let (place, address) = data.room(4);
                data.byte(place, u8::try_from(route).unwrap())
                    .slice(sets + route * 8, address, 1);
            }
        }
        if let Some((_, value, kind)) = self.measures {
            let (place, address) = data.room(24);
            for (index, byte) in value.to_bits().to_le_bytes().into_iter().enumerate() {
                data.byte(place + 8 + index, byte);
            }
            let (pair, pairs) = data.room(16);
            data.text(pair, "kind")
                .text(pair + 8, kind)
                .slice(place + 16, pairs, 1);
            data.slice(140, address, 1);
        }
        if let Some((signal, request)) = &self.emits {
            let (place, address) = data.room(12);
            let (at, bytes) = data.room(request.len());
            for (index, byte) in request.iter().enumerate() {
                data.byte(at + index, *byte);
            }
            data.byte(place, *signal as u8)
                .slice(place + 4, bytes, request.len());
            data.slice(148, address, 1);
        }
        data
    }

    fn process(&self) -> String {
        let verdicts: String = self
            .letters
            .chars()
            .map(|letter| {
                let does = match letter {
                    'd' => "(local.set $verdict (i32.const 1))".to_owned(),
                    'f' => "(local.set $verdict (i32.const 4))".to_owned(),
                    't' => "unreachable".to_owned(),
                    route => format!(
                        "(local.set $verdict (i32.const 3)) (local.set $argument (i32.const {}))",
                        route as u32 - 'a' as u32
                    ),
                };
                let code = letter as u32;
                format!("(if (i32.eq (local.get $letter) (i32.const {code})) (then {does}))")
            })
            .collect();
        let word = |place: &str| {
            format!("(i32.add (i32.const {place}) (i32.shl (local.get $judged) (i32.const 2)))")
        };
        format!(
            "(local $i i32) (local $letter i32) (local $verdict i32) (local $argument i32) (local $judged i32)
            (block $done (loop $next
                (br_if $done (i32.ge_u (local.get $i) (i32.load offset=32 (local.get $view))))
                (local.set $letter (i32.load8_u (i32.add
                    (i32.load offset=60 (local.get $view))
                    (i32.wrap_i64 (i64.shr_u
                        (i64.load (i32.add (i32.load offset=52 (local.get $view)) (i32.shl (local.get $i) (i32.const 3))))
                        (i64.const 32))))))
                (local.set $verdict (i32.const 0))
                (local.set $argument (i32.const 0))
                {verdicts}
                (if (local.get $verdict) (then
                    (i32.store {nodes}
                        (i32.load (i32.add (i32.load offset=28 (local.get $view)) (i32.shl (local.get $i) (i32.const 2)))))
                    (i32.store8 (i32.add (i32.const {VERDICTS}) (local.get $judged)) (local.get $verdict))
                    (i32.store {arguments} (local.get $argument))
                    (local.set $judged (i32.add (local.get $judged) (i32.const 1)))))
                (local.set $i (i32.add (local.get $i) (i32.const 1)))
                (br $next)))
            {columns}
            (global.set $heap (i32.const {HEAP})) i32.const {OUTCOME}",
            nodes = word(&NODES.to_string()),
            arguments = word(&ARGUMENTS.to_string()),
            columns = [(4, NODES), (12, VERDICTS), (20, RULES), (28, ARGUMENTS)]
                .iter()
                .map(|(at, column)| {
                    let at = OUTCOME + at;
                    format!("(i32.store (i32.const {at}) (i32.const {column})) (i32.store (i32.const {}) (local.get $judged))", at + 4)
                })
                .collect::<String>(),
        )
    }
}
