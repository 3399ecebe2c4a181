//! One pass over the bytes of a request: where its nodes are, and the values of the fields that some stage wants.

use super::any::{self, Any};
use super::store::{Cell, Frame, List, Memory, NONE, Node, flag};
use super::tables::Store;
use super::{context, numbers};
use crate::access::Limits;
use crate::error::Malformed;
use crate::fields::plan::{Action, Place, Plan};
use crate::schema::{self, Form, Message, NUMBERS};
use crate::signal::ValueKind;
use crate::wire::{Element, Span};

pub(crate) struct Indexer<'a> {
    pub(crate) memory: &'a Memory,
    pub(crate) plan: &'a Plan,
    pub(crate) limits: Limits,
    pub(crate) store: &'a mut Store,
    /// What will be appended to the memory: values that OTLP spells otherwise than `AnyValue` does.
    spelled: Vec<u8>,
}

/// The place of a message among nodes and frames.
#[derive(Clone, Copy)]
pub(super) struct At {
    pub(super) node: u32,
    pub(super) frame: u32,
}

impl<'a> Indexer<'a> {
    pub(crate) fn new(
        memory: &'a Memory,
        plan: &'a Plan,
        limits: Limits,
        store: &'a mut Store,
    ) -> Self {
        Self {
            memory,
            plan,
            limits,
            store,
            spelled: Vec::new(),
        }
    }

    /// Reads a whole request; returns what must be appended to the memory.
    /// What is known of the request beside its bytes stands encoded in the memory, at `context`.
    pub(crate) fn request(mut self, context: Span) -> Result<Vec<u8>, Malformed> {
        let end = u32::try_from(self.memory.wire.len()).unwrap_or(u32::MAX);
        let frame = Frame {
            message: Message::Request,
            start: 0,
            length_at: 0,
            content: 0,
            end,
            parent: NONE,
        };
        self.node(Message::Request, frame, NONE, Some(context))?;
        Ok(self.spelled)
    }

    /// Reads one message that stands for itself, as the value of an edit.
    pub(super) fn root(&mut self, message: Message, content: Span) -> Result<(), Malformed> {
        let frame = Frame {
            message,
            start: content.start,
            length_at: content.start,
            content: content.start,
            end: content.end(),
            parent: NONE,
        };
        self.node(message, frame, NONE, None)
    }

    fn node(
        &mut self,
        message: Message,
        frame: Frame,
        parent: u32,
        context: Option<Span>,
    ) -> Result<(), Malformed> {
        if self.store.frames.len() >= self.limits.nodes {
            return Err(Malformed::Nodes {
                limit: self.limits.nodes,
            });
        }
        let kind = message.node();
        let from = u32::try_from(self.store.records.len()).unwrap_or(u32::MAX);
        let frame_id = self.store.frames.push(frame);
        let node = self.store.nodes.push(Node {
            kind,
            message,
            dead: false,
            touched: false,
            parent,
            end: 0,
            frame: frame_id,
            inner: [NONE; 2],
            cells: List::EMPTY,
            edits: List::EMPTY,
            records: (from, from),
            live: 0,
        });
        if kind.is_record() {
            self.store.records.push(node);
        }
        if message == Message::Metric && !self.plan.slot(schema::whole_metric()).is_nowhere() {
            self.whole(node, frame)?;
        }
        if let Some(context) = context {
            self.context(
                At {
                    node,
                    frame: frame_id,
                },
                context,
            )?;
        }
        // A record of which nothing is wanted costs its boundary alone.
        if !kind.is_record() || self.plan.is_busy(message) {
            self.message(
                At {
                    node,
                    frame: frame_id,
                },
                message,
            )?;
        }
        let end = u32::try_from(self.store.nodes.len()).unwrap_or(u32::MAX);
        let below = u32::try_from(self.store.records.len()).unwrap_or(u32::MAX);
        let to = if kind.is_above_records() || kind.is_record() {
            below
        } else {
            from
        };
        // What stands below a record belongs to that record.
        let records = if kind.is_above_records() || kind.is_record() {
            (from, to)
        } else {
            (from.saturating_sub(1), from)
        };
        let entry = &mut self.store.nodes[node];
        entry.end = end;
        entry.records = records;
        entry.live = records.1.saturating_sub(records.0);
        Ok(())
    }

    /// Reads what is known of the request beside its bytes.
    fn context(&mut self, at: At, context: Span) -> Result<(), Malformed> {
        let memory = self.memory;
        let mut reader = memory.reader(context);
        let mut previous = NONE;
        while let Some(element) = reader.next()? {
            match context::slot(element.number) {
                Some((slot, Form::Attributes)) => {
                    self.attribute(at, &element, slot, &mut previous)?;
                }
                Some((slot, _)) => {
                    self.unwritable(at.node, slot, ValueKind::Text, element.inside().pack())?;
                }
                None => {}
            }
        }
        Ok(())
    }

    /// Reads the fields of a message that is a node, or lies in one.
    fn message(&mut self, at: At, message: Message) -> Result<(), Malformed> {
        let memory = self.memory;
        let plan = self.plan;
        let entries = plan.entries(message);
        let frame = self.store.frames[at.frame];
        let mut reader = memory.reader(Span::between(frame.content, frame.end));
        let mut seen = 0_u32;
        let mut latest = [NONE; NUMBERS];
        let mut previous = NONE;
        let mut numbers = numbers::Gathered::default();
        while let Some(element) = reader.next()? {
            let Some(entry) = entries.get(element.number as usize) else {
                continue;
            };
            if !entry.allows(element.wire) {
                return Err(element.wrong_wire_type());
            }
            if !entry.allows_length(element.end.saturating_sub(element.content)) {
                return Err(Malformed::IdLength {
                    offset: element.start as usize,
                });
            }
            match entry.action {
                Action::Unknown | Action::Skip => {}
                Action::Attribute(slot) => {
                    // Most are read in runs, the first of them included.
                    reader.go_to(element.start);
                    self.attributes(at, (element.number, slot), &mut reader, &mut previous)?;
                    if reader.position() == element.start {
                        reader.go_to(element.end);
                        self.attribute(at, &element, slot, &mut previous)?;
                    }
                }
                Action::Child(message) => {
                    let frame = frame_of(message, &element, at.frame);
                    self.node(message, frame, at.node, None)?;
                }
                Action::Scalar(form, slot) => {
                    // Of a single field the last element counts, and of a oneof its last member.
                    let place = if form.is_oneof() {
                        0
                    } else {
                        element.number as usize
                    };
                    let cell = self.scalar(at, &element, (form, slot))?;
                    if let Some(latest) = latest.get_mut(place).filter(|_| form != Form::Texts) {
                        self.store.shadow(std::mem::replace(latest, cell), cell);
                    }
                }
                Action::Any(slot) => {
                    once(seen, &element)?;
                    self.body(at, &element, slot)?;
                }
                Action::Inner(message) | Action::Inners(message) | Action::Data(message) => {
                    let kind_of_data = matches!(entry.action, Action::Data(_));
                    if kind_of_data && self.store.nodes[at.node].inner() != NONE {
                        return Err(Malformed::Split {
                            offset: element.start as usize,
                        });
                    }
                    if matches!(entry.action, Action::Inner(_)) {
                        once(seen, &element)?;
                    }
                    self.inner(at, &element, entry.action, message)?;
                }
                Action::Numbers(form, slot) => {
                    let cell = self.list(at, &element, slot)?;
                    if let Some(latest) = latest.get_mut(element.number as usize) {
                        let last = std::mem::replace(latest, cell);
                        self.store.shadow(last, cell);
                        numbers.add(memory, &element, form, (last, cell))?;
                    }
                }
            }
            seen |= 1 << element.number;
        }
        for (cell, array) in numbers.arrays() {
            self.store.cells[cell].value = self.spell(&array).pack();
        }
        Ok(())
    }

    fn inner(
        &mut self,
        at: At,
        element: &Element,
        action: Action,
        message: Message,
    ) -> Result<(), Malformed> {
        if self.store.frames.len() >= self.limits.nodes {
            return Err(Malformed::Nodes {
                limit: self.limits.nodes,
            });
        }
        let frame = self.store.frames.push(frame_of(message, element, at.frame));
        if !matches!(action, Action::Inners(_)) {
            let [first, second] = &mut self.store.nodes[at.node].inner;
            *if message == Message::NegativeBuckets {
                second
            } else {
                first
            } = frame;
        }
        if let Action::Data(_) = action {
            let metric_type = schema::metric_type();
            if !self.plan.slot(metric_type).is_nowhere() {
                self.unwritable(
                    at.node,
                    metric_type,
                    ValueKind::Int,
                    numbers::metric_type(element.number),
                )?;
            }
        }
        self.message(
            At {
                node: at.node,
                frame,
            },
            message,
        )
    }

    #[inline]
    fn attribute(
        &mut self,
        at: At,
        element: &Element,
        slot: u32,
        previous: &mut u32,
    ) -> Result<(), Malformed> {
        let memory = self.memory;
        let (key, value) = any::key_value(memory, element.inside())?;
        let name = self
            .store
            .names
            .entry(memory, self.plan, (slot, *previous), key)?;
        *previous = name;
        let place = self.store.names.get(name).place;
        if place.is_nowhere() {
            return Ok(());
        }
        let any = match value {
            Some(content) => any::any(memory, content)?,
            None => Any {
                kind: ValueKind::Empty,
                value: 0,
                list: None,
            },
        };
        self.value(at.node, name, element, (at.frame, 0), any, place)
    }

    fn body(&mut self, at: At, element: &Element, slot: u32) -> Result<(), Malformed> {
        let any = any::any(self.memory, element.inside())?;
        self.value(
            at.node,
            slot,
            element,
            (at.frame, 0),
            any,
            self.plan.slot(slot),
        )
    }

    /// Adds the cell of an `AnyValue` of a node, and the cells inside it.
    pub(super) fn value(
        &mut self,
        node: u32,
        name: u32,
        element: &Element,
        (owner, flags): (u32, u8),
        any: Any,
        place: Place,
    ) -> Result<(), Malformed> {
        let cell = self.cell(Cell {
            node,
            name,
            owner,
            next: NONE,
            children: NONE,
            flags,
            kind: any.kind,
            origin: element.whole(),
            value: any.value,
        })?;
        self.store.append_to_node(node, cell);
        if let Some(list) = any.list {
            self.inside(cell, &list, place, self.limits.depth.saturating_sub(1))?;
        }
        Ok(())
    }

    fn scalar(
        &mut self,
        at: At,
        element: &Element,
        (form, slot): (Form, u32),
    ) -> Result<u32, Malformed> {
        let value = match form {
            Form::Text | Form::Texts => any::text(self.memory, element)?.pack(),
            Form::Id(_) => element.inside().pack(),
            _ => numbers::from_wire(form, element.value),
        };
        let kind = form.value_kind().unwrap_or(ValueKind::Empty);
        let cell = self.cell(Cell {
            node: at.node,
            name: slot,
            owner: at.frame,
            next: NONE,
            children: NONE,
            flags: 0,
            kind,
            origin: element.whole(),
            value,
        })?;
        self.store.append_to_node(at.node, cell);
        Ok(cell)
    }

    /// Adds the cell of a piece of a list of numbers; the last piece's gets the value of the list.
    fn list(&mut self, at: At, element: &Element, slot: u32) -> Result<u32, Malformed> {
        let cell = self.cell(Cell {
            node: at.node,
            name: slot,
            owner: at.frame,
            next: NONE,
            children: NONE,
            flags: 0,
            kind: ValueKind::Array,
            origin: element.whole(),
            value: 0,
        })?;
        self.store.append_to_node(at.node, cell);
        Ok(cell)
    }

    /// Adds the cell of a metric as a whole.
    fn whole(&mut self, node: u32, frame: Frame) -> Result<(), Malformed> {
        let message = Span::between(frame.content, frame.end);
        let name = schema::whole_metric();
        self.unwritable(node, name, ValueKind::Bytes, message.pack())?;
        let cell = self.store.nodes[node].cells.last;
        self.store.cells[cell].flags |= flag::WHOLE;
        Ok(())
    }

    /// Adds the cell of a value that is not written as it is delivered.
    fn unwritable(
        &mut self,
        node: u32,
        name: u32,
        kind: ValueKind,
        value: u64,
    ) -> Result<(), Malformed> {
        let cell = Cell {
            node,
            name,
            owner: NONE,
            next: NONE,
            children: NONE,
            flags: 0,
            kind,
            origin: Span::default(),
            value,
        };
        let cell = self.cell(cell)?;
        self.store.append_to_node(node, cell);
        Ok(())
    }

    #[inline]
    pub(super) fn cell(&mut self, cell: Cell) -> Result<u32, Malformed> {
        if self.store.cells.len() >= self.limits.cells {
            return Err(Malformed::Cells {
                limit: self.limits.cells,
            });
        }
        self.store.names.hold(cell.name);
        Ok(self.store.cells.push(cell))
    }

    fn spell(&mut self, bytes: &[u8]) -> Span {
        let start = self
            .memory
            .end()
            .saturating_add(u32::try_from(self.spelled.len()).unwrap_or(u32::MAX));
        self.spelled.extend_from_slice(bytes);
        Span {
            start,
            len: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
        }
    }
}

fn frame_of(message: Message, element: &Element, parent: u32) -> Frame {
    Frame {
        message,
        start: element.start,
        length_at: element.length_at,
        content: element.content,
        end: element.end,
        parent,
    }
}

fn once(seen: u32, element: &Element) -> Result<(), Malformed> {
    if seen & (1 << element.number) == 0 {
        Ok(())
    } else {
        Err(Malformed::Split {
            offset: element.start as usize,
        })
    }
}
