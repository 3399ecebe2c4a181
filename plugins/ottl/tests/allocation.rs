//! A condition on a field costs that field: nothing is allocated for a record.
#![allow(
    unsafe_code,
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "the allocator of a test; a test may panic"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use tollgate_ottl::{
    Compiler, Context, Error, Path, Paths, Registry, Slot, Telemetry, Text, Time, Usage, Value,
};

struct Counting;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: everything is handed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = COUNT.try_with(|count| count.set(count.get() + 1));
        // SAFETY: as above.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A slot for each path, by its last key or name.
#[derive(Default)]
struct Places(Vec<String>);

impl Paths for Places {
    fn resolve(&mut self, path: &Path<'_>, _: Usage) -> Result<Slot, String> {
        let last = path.segments.last().unwrap();
        let name = match last.keys.last() {
            Some(tollgate_ottl::Key::Text(key)) => (*key).to_owned(),
            _ => last.name.to_owned(),
        };
        self.0.push(name);
        Ok(Slot(u32::try_from(self.0.len() - 1).unwrap()))
    }

    fn is_map(&self, _: &Path<'_>) -> bool {
        false
    }
}

/// A record whose values stand where the slots say.
struct Row<'e>(&'e [Value<'e>]);

impl<'e> Telemetry<'e> for Row<'e> {
    fn get(&mut self, slot: Slot) -> Result<Value<'e>, Error> {
        let value = usize::try_from(slot.0)
            .ok()
            .and_then(|slot| self.0.get(slot));
        Ok(value.map_or(Value::Nil, Value::borrowed))
    }

    fn set(&mut self, _: Slot, _: Value<'e>) -> Result<(), Error> {
        Ok(())
    }

    fn delete(&mut self, _: Slot) -> Result<(), Error> {
        Ok(())
    }

    fn holds(&mut self, _: Slot) -> Result<bool, Error> {
        Ok(true)
    }

    fn now(&self) -> Time {
        Time::from_unix_nanos(0)
    }

    fn random(&mut self) -> u64 {
        0
    }
}

fn value(name: &str) -> Value<'static> {
    match name {
        "severity_number" => Value::Int(9),
        "bytes" => Value::bytes([1_u8, 2].as_slice()),
        "time" => Value::Time(Time::from_unix_nanos(1)),
        "double" => Value::Double(2.5),
        "borrowed" => Value::Text(Text::Borrowed("GET /health")),
        name => Value::from(name.to_owned()),
    }
}

#[test]
fn conditions_allocate_nothing() {
    let functions = Registry::standard();
    for condition in [
        "severity_number < 9 or severity_number >= 17",
        r#"attributes["a"] == "b" and attributes["c"] != attributes["d"]"#,
        r#"attributes["missing"] == nil or not (attributes["double"] > 2)"#,
        r#"IsMatch(attributes["borrowed"], "^GET /(health|ready)$")"#,
        r#"HasPrefix(attributes["borrowed"], "GET ") and Len(attributes["borrowed"]) > 3"#,
        r#"IsString(attributes["a"]) and IsInt(severity_number)"#,
        "severity_number * 2 + 1 == 19 and 3 + 4 == 7",
        "attributes[\"bytes\"] == 0x0102 and time != nil",
        r#"Int(severity_number) == 9 and Substring(attributes["borrowed"], 0, 3) == "GET""#,
    ] {
        let mut places = Places::default();
        let mut compiler = Compiler::new(Context::Log, &functions, &mut places);
        let test = compiler.condition(condition).unwrap();
        let values: Vec<_> = places.0.iter().map(|name| value(name)).collect();
        let mut row = Row(&values);
        // The first search of a pattern builds its states.
        let first = test.holds(&mut row);
        let before = COUNT.get();
        for _ in 0..100 {
            assert_eq!(test.holds(&mut row), first);
        }
        assert_eq!(COUNT.get() - before, 0, "{condition}");
    }
}

#[test]
fn a_statement_that_sets_a_literal_allocates_nothing() {
    let functions = Registry::standard();
    let mut places = Places::default();
    let mut compiler = Compiler::new(Context::Log, &functions, &mut places);
    let text = r#"set(attributes["tier"], "gold") where attributes["team"] == "team""#;
    let statement = compiler.statement(text).unwrap();
    let values: Vec<_> = places.0.iter().map(|name| value(name)).collect();
    let mut row = Row(&values);
    let before = COUNT.get();
    assert_eq!(statement.run(&mut row), Ok(true));
    assert_eq!(COUNT.get() - before, 0);
}
