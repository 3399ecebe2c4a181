//! A scene as the language asks for it.

use tollgate_ottl::nested::{self, Step};
use tollgate_ottl::{Error, Slot, Telemetry, Text, Time, Value, convert as getters, put};

use crate::change::Change;
use crate::layout::Place;
use crate::rows::Holds;
use crate::scene::Scene;
use crate::store::READ_ONLY;
use crate::{convert, entry, field, functions, trace_state};

/// Upstream's processors and connectors never say it.
const NO_INDEX: Error = Error::failed("no 'event_index' property has been set");
const NO_KEY: Error = Error::expected("string as a key", "int64");

impl<'e> Telemetry<'e> for Scene<'e> {
    #[inline]
    fn get(&mut self, slot: Slot) -> Result<Value<'e>, Error> {
        let layout = self.layout;
        match layout.place(slot) {
            Some(Place::Field {
                row,
                field,
                at,
                steps,
            }) => {
                if !self.has(row) {
                    return Ok(Value::Nil);
                }
                let held = self.held(row.holds, *field, *at);
                if !steps.is_empty() {
                    return nested::get(held, steps);
                }
                field::show(row, held)
            }
            Some(Place::Entry { field, at, steps }) => match self.entry(*field, *at) {
                Some(value) if steps.is_empty() => Ok(value),
                Some(value) => nested::get(value, steps),
                None => Ok(Value::Nil),
            },
            Some(Place::Inside { map, key, steps }) => match self.inside(*map, key) {
                Some(value) if steps.is_empty() => Ok(value),
                Some(value) => nested::get(value, steps),
                None => Ok(Value::Nil),
            },
            Some(Place::Map(map)) => {
                let entries = self.entries(*map);
                if let Value::Map(entries) = &entries {
                    self.handed = Some((*map, entries.clone()));
                }
                Ok(entries)
            }
            Some(Place::Cache(steps)) => self.cached(steps),
            Some(Place::TraceState { field, at, key }) => {
                let held = getters::text(self.held(Holds::Text, *field, *at))?;
                Ok(trace_state::get(&held, key))
            }
            Some(Place::Request {
                field,
                path,
                whole,
                steps,
            }) => self.request(*field, path, *whole, steps),
            Some(Place::NoKey) => Err(NO_KEY),
            Some(Place::EventIndex) => Err(NO_INDEX),
            Some(other) => Ok(self.opaque(other)),
            None => Ok(Value::Nil),
        }
    }

    fn set(&mut self, slot: Slot, value: Value<'e>) -> Result<(), Error> {
        let layout = self.layout;
        // What is stored elsewhere is a copy, and no longer the map itself.
        let handed = self.handed.take();
        match layout.place(slot) {
            Some(Place::Field {
                row,
                field,
                at,
                steps,
            }) => self.set_field(row, *field, *at, steps, value),
            Some(Place::Entry { field, at, steps }) => {
                let (changed, result) = entry::set(|| self.entry(*field, *at), steps, value);
                if let Some(changed) = changed {
                    self.change(*at, |rule| Change::Set(changed, rule))?;
                }
                result
            }
            Some(Place::Inside { map, key, steps }) => {
                let value = self.with_itself(handed, (*map, key), steps, value);
                let (changed, result) = entry::set(|| self.inside(*map, key), steps, value);
                if let Some(changed) = changed {
                    self.working(*map)?.set(Text::Borrowed(key), changed);
                }
                result
            }
            Some(Place::Map(map)) => self.set_all(*map, value),
            Some(Place::Cache(steps)) => self.set_cached(steps, value),
            Some(Place::TraceState { field, at, key }) => {
                let wanted = getters::text(value)?;
                let held = getters::text(self.held(Holds::Text, *field, *at))?;
                match trace_state::insert(&held, key, &wanted) {
                    Some(changed) => {
                        self.change(*at, |rule| Change::Set(Value::text(changed), rule))
                    }
                    None => Ok(()),
                }
            }
            // What stands there already is all that can be set.
            Some(Place::Status) if matches!(value, Value::Opaque(_)) => Ok(()),
            Some(Place::Children(children)) => self.set_children(*children, &value),
            Some(Place::NoKey) => Err(NO_KEY),
            _ => Err(READ_ONLY),
        }
    }

    #[inline]
    fn copy(&mut self, from: Slot, to: Slot) -> Result<(), Error> {
        if let Some((unit, at)) = self.copied(from, to) {
            return self.change(Some(at), |rule| Change::Copied(unit, rule));
        }
        let value = self.get(from)?;
        self.set(to, value)
    }

    fn delete(&mut self, slot: Slot) -> Result<(), Error> {
        let layout = self.layout;
        match layout.place(slot) {
            Some(Place::Entry { at, steps, .. }) if steps.is_empty() => {
                self.change(*at, Change::Deleted)
            }
            Some(Place::Inside { map, key, steps }) if steps.is_empty() => {
                self.working(*map)?.take(key);
                Ok(())
            }
            Some(Place::Cache(steps)) => {
                if let [Step::Text(key)] = steps.as_slice() {
                    self.cache.retain(|(known, _)| known != key);
                }
                Ok(())
            }
            _ => Err(READ_ONLY),
        }
    }

    fn holds(&mut self, slot: Slot) -> Result<bool, Error> {
        let layout = self.layout;
        Ok(match layout.place(slot) {
            Some(Place::Entry { field, at, steps }) if steps.is_empty() => {
                self.entry(*field, *at).is_some()
            }
            Some(Place::Inside { map, key, steps }) if steps.is_empty() => {
                self.inside(*map, key).is_some()
            }
            Some(Place::Cache(steps)) => match steps.as_slice() {
                [Step::Text(key)] => self.cache.iter().any(|(known, _)| known == key),
                steps => steps.is_empty(),
            },
            Some(Place::Map(_)) => true,
            Some(Place::Field { row, .. }) if row.holds == Holds::Any => true,
            _ => !self.get(slot)?.is_nil(),
        })
    }

    #[inline]
    fn is_nil(&mut self, slot: Slot) -> Result<bool, Error> {
        match self.layout.place(slot) {
            Some(Place::Entry { field, at, steps }) if steps.is_empty() => {
                Ok(match self.changed(*at) {
                    Change::Kept => self.cell(*field).is_none_or(convert::is_nil),
                    Change::Set(value, _) => value.is_nil(),
                    Change::Copied(..) => false,
                    Change::Deleted(_) | Change::Displaced => true,
                })
            }
            _ => self.get(slot).map(|value| value.is_nil()),
        }
    }

    #[inline]
    fn is_text(&mut self, slot: Slot, text: &str) -> Result<bool, Error> {
        if let Some(Place::Entry { field, at, steps }) = self.layout.place(slot)
            && steps.is_empty()
            && matches!(self.changed(*at), Change::Kept)
        {
            let cell = self.cell(*field);
            return Ok(matches!(cell, Some(tollgate_sdk::Value::Text(found)) if found == text));
        }
        Ok(matches!(self.get(slot)?, Value::Text(found) if *found == *text))
    }

    fn set_entry(&mut self, slot: Slot, key: Text<'e>, value: Value<'e>) -> Result<(), Error> {
        let layout = self.layout;
        match layout.place(slot) {
            Some(Place::Map(map)) => {
                self.working(*map)?.set(key, value.storable()?);
                Ok(())
            }
            Some(Place::Cache(steps)) if steps.is_empty() => {
                put(&mut self.cache, key, value.storable()?);
                Ok(())
            }
            _ => {
                let mut entries = getters::map(self.get(slot)?)?.into_vec();
                put(&mut entries, key, value.storable()?);
                self.set(slot, convert::map(entries))
            }
        }
    }

    fn delete_entry(&mut self, slot: Slot, key: &str) -> Result<(), Error> {
        let layout = self.layout;
        match layout.place(slot) {
            Some(Place::Map(map)) => {
                self.working(*map)?.remove(key);
                Ok(())
            }
            Some(Place::Cache(steps)) if steps.is_empty() => {
                self.cache.retain(|(known, _)| known.as_str() != key);
                Ok(())
            }
            _ => {
                let mut entries = getters::map(self.get(slot)?)?.into_vec();
                entries.retain(|(known, _)| known.as_str() != key);
                self.set(slot, convert::map(entries))
            }
        }
    }

    fn now(&self) -> Time {
        self.now
    }

    /// SplitMix64 over the seed.
    fn random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.random ^ (self.random >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn act(&mut self, action: u32, arguments: &[Value<'e>]) -> Result<Value<'e>, Error> {
        functions::act(self, action, arguments)
    }
}
