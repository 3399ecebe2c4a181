//! Values that come back: well-formed, of the kind of their field, not too large.

use super::{Checker, Edit};
use crate::batch::{any, numbers};
use crate::error::Refusal;
use crate::schema::{Form, Slot};
use crate::signal::ValueKind;
use crate::wire::{Span, is_utf8};

impl Checker<'_> {
    /// Checks that a value is well-formed and fits its field.
    pub(super) fn value(
        &mut self,
        index: usize,
        slot: &Slot,
        is_value: bool,
        levels: usize,
        edit: &Edit,
    ) -> Result<(), Refusal> {
        let path = slot.path;
        if !is_value && slot.form.value_kind() != Some(edit.kind) {
            return Err(Refusal::Kind {
                index,
                path,
                kind: edit.kind,
            });
        }
        match edit.kind {
            ValueKind::Text => {
                self.text(index, edit)?;
            }
            ValueKind::Bytes => {
                let span = self.span(index, edit)?;
                if let Form::Id(length) = slot.form
                    && !is_value
                    && span.len != 0
                    && span.len != u32::from(length)
                {
                    return Err(Refusal::Range { index, path });
                }
            }
            ValueKind::Array | ValueKind::Map => {
                self.container(index, levels, edit)?;
                let array = Span::unpack(edit.value);
                if !is_value && !numbers::are_numbers(&self.values, array, slot.form) {
                    return Err(Refusal::Range { index, path });
                }
            }
            ValueKind::Boolean if edit.value > 1 => return Err(Refusal::Value { index }),
            ValueKind::Int if !is_value && !numbers::in_range(slot.form, edit.value) => {
                return Err(Refusal::Range { index, path });
            }
            _ => {}
        }
        Ok(())
    }

    fn container(&mut self, index: usize, levels: usize, edit: &Edit) -> Result<(), Refusal> {
        let span = self.span(index, edit)?;
        let depth = self
            .batch
            .limits
            .depth
            .saturating_sub(levels.saturating_sub(1));
        let surveyed = any::survey(&self.values, span, depth);
        let (any, survey) = surveyed.map_err(|_| Refusal::Value { index })?;
        if any.kind != edit.kind {
            return Err(Refusal::Value { index });
        }
        // The path of the value itself is part of every path inside it: of bounded length, as puts and keys are.
        let paths = survey
            .path_bytes
            .saturating_add(survey.values.saturating_mul(64));
        self.path_bytes = self
            .path_bytes
            .checked_sub(paths)
            .ok_or(Refusal::TooLarge)?;
        self.new_cells = self
            .new_cells
            .checked_sub(survey.values)
            .ok_or(Refusal::TooLarge)?;
        Ok(())
    }

    pub(super) fn span(&mut self, index: usize, edit: &Edit) -> Result<Span, Refusal> {
        let span = Span::unpack(edit.value);
        let end = u64::from(span.start).saturating_add(u64::from(span.len));
        if end > self.values.wire.len() as u64 {
            return Err(Refusal::Value { index });
        }
        self.value_bytes = self
            .value_bytes
            .checked_sub(span.len as usize)
            .ok_or(Refusal::TooLarge)?;
        Ok(span)
    }

    pub(super) fn text(&mut self, index: usize, edit: &Edit) -> Result<Span, Refusal> {
        let span = self.span(index, edit)?;
        if is_utf8(self.values.get(span)) {
            Ok(span)
        } else {
            Err(Refusal::Value { index })
        }
    }
}
