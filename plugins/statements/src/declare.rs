//! From what paths need to the manifest, and to the places where values are found.

use tollgate_ottl::{Context, Slot, Usage};
use tollgate_sdk::{Field, NodeKind, Setup, Signal, push_key};

use crate::layout::{At, Held, LAYERS, Layout, MapPlace, Place, Unit, layer};
use crate::place::{Children, MapOf, Target};
use crate::rows::{self, ALL, Row, Shown};

/// Declares what the targets need.
pub(crate) fn declare(
    signal: Signal,
    whole_metrics: bool,
    targets: Vec<(Target, Usage)>,
    hidden: Vec<(&'static str, Vec<Slot>)>,
    setup: &mut Setup,
) -> Layout {
    let mut declaring = Declaring {
        signal: [signal],
        setup,
        whole_metrics,
        units: Default::default(),
        maps: Vec::new(),
        metric_type: None,
        cleared: [false; LAYERS],
    };
    for (target, usage) in &targets {
        declaring.map(target, *usage);
    }
    for (target, usage) in &targets {
        declaring.gather(target, *usage);
    }
    declaring.fields();
    let places = targets.into_iter();
    let places = places.map(|(target, _)| declaring.place(target)).collect();
    let whole = whole_metrics.then(|| {
        declaring.setup.adds(&declaring.signal);
        declaring.setup.edits(&declaring.signal, "metric")
    });
    let mut written = declaring.cleared;
    for (layer, written) in written.iter_mut().enumerate() {
        let units = declaring.units.get(layer).into_iter().flatten();
        let maps = declaring.maps.iter().filter(|map| map.layer == layer);
        *written =
            units.into_iter().any(|unit| unit.written) || maps.into_iter().any(|map| map.written);
    }
    Layout {
        written,
        places,
        metric_type: declaring.metric_type,
        units: declaring.units,
        maps: declaring.maps,
        whole,
        hidden,
        signal,
    }
}

struct Declaring<'s> {
    signal: [Signal; 1],
    setup: &'s mut Setup,
    whole_metrics: bool,
    units: [Vec<Unit>; LAYERS],
    maps: Vec<MapPlace>,
    metric_type: Option<Field>,
    /// By layer: whether nodes below are taken away.
    cleared: [bool; LAYERS],
}

impl Declaring<'_> {
    /// Whether nodes of a kind are seen as parts of whole metrics.
    fn in_metric(&self, kind: NodeKind) -> bool {
        self.whole_metrics && matches!(kind, NodeKind::Metric | NodeKind::DataPoint)
    }

    fn record(&self) -> NodeKind {
        let [signal] = self.signal;
        signal.record_kind()
    }

    fn map_index(&mut self, of: MapOf) -> usize {
        if let Some(known) = self.maps.iter().position(|map| map.of == of) {
            return known;
        }
        self.maps.push(MapPlace {
            of,
            layer: layer(of.kind).unwrap_or_default(),
            whole: false,
            written: false,
        });
        self.maps.len().saturating_sub(1)
    }

    /// Notes which maps are looked at as a whole.
    fn map(&mut self, target: &Target, usage: Usage) {
        let (Target::Map(of) | Target::Entry(of, ..)) = target else {
            return;
        };
        let index = self.map_index(*of);
        if let Some(map) = self.maps.get_mut(index)
            && matches!(target, Target::Map(_))
        {
            map.whole = true;
            map.written |= usage.write;
        }
    }

    /// Notes which units there are.
    fn gather(&mut self, target: &Target, usage: Usage) {
        match target {
            Target::Field(row, steps) => {
                let kind = self.kind_of(row);
                let nested = !steps.is_empty() && usage.write;
                let usage = if nested { Usage::EDIT } else { usage };
                self.unit(kind, usage, Held::Field(row));
            }
            Target::Entry(of, key, steps) => {
                let index = self.map_index(*of);
                let Some(map) = self.maps.get_mut(index) else {
                    return;
                };
                if map.whole {
                    map.written |= usage.write;
                    return;
                }
                // What stands beside a nested value is kept, so it is read.
                let nested = !steps.is_empty() && usage.write;
                let usage = if nested { Usage::EDIT } else { usage };
                let key = key.clone();
                self.unit(of.kind, usage, Held::Entry { map: index, key });
            }
            Target::TraceState(_) => {
                let usage = if usage.write { Usage::EDIT } else { usage };
                self.of_span("trace_state", usage);
            }
            Target::Status => {
                self.of_span("status.code", usage);
                self.of_span("status.message", usage);
            }
            Target::Children(children) => self.children(*children, usage),
            _ => {}
        }
    }

    fn of_span(&mut self, path: &str, usage: Usage) {
        if let Some(row) = rows::find(Context::Span, path) {
            self.unit(NodeKind::Span, usage, Held::Field(row));
        }
    }

    /// Makes nodes that are only counted, or taken away, part of the view.
    fn children(&mut self, children: Children, usage: Usage) {
        if self.whole_metrics {
            return;
        }
        let path = match children {
            Children::Events => "spanevent.time_unix_nano",
            Children::Links => "spanlink.flags",
            Children::Exemplars => "exemplar.time_unix_nano",
            Children::Points => "",
        };
        if !path.is_empty() {
            self.setup.reads(&self.signal, path);
        }
        self.metric_type();
        if usage.write {
            self.setup.drops(&self.signal);
            if let Some(written) = self.cleared.get_mut(3) {
                *written = true;
            }
        }
    }

    fn kind_of(&self, row: &Row) -> NodeKind {
        row.kind(self.record())
    }

    fn unit(&mut self, kind: NodeKind, usage: Usage, what: Held) {
        let Some(units) = layer(kind).and_then(|layer| self.units.get_mut(layer)) else {
            return;
        };
        let fixed = matches!(&what, Held::Field(row) if row.shown == Shown::Fixed);
        let written = usage.write && !fixed;
        // An entry is read where it is written: it may be deleted, and what it is already is not written again.
        let read = usage.read || (written && matches!(what, Held::Entry { .. }));
        match units.iter_mut().find(|unit| same(&unit.what, &what)) {
            Some(unit) => {
                unit.read |= read;
                unit.written |= written;
            }
            None => units.push(Unit {
                kind,
                field: None,
                read,
                written,
                what,
            }),
        }
    }

    /// Declares what was noted.
    fn fields(&mut self) {
        let mut units = std::mem::take(&mut self.units);
        for unit in units.iter_mut().flatten() {
            if self.in_metric(unit.kind) {
                continue;
            }
            let path = match &unit.what {
                Held::Field(row) => {
                    if row.kinds != ALL {
                        self.metric_type();
                    }
                    row.field.to_owned()
                }
                Held::Entry { map, key } => {
                    let map = self.maps.get(*map).map_or("", |map| map.of.path);
                    let mut path = map.to_owned();
                    push_key(&mut path, key);
                    path
                }
            };
            let field = match (unit.read, unit.written) {
                (true, true) => self.setup.edits(&self.signal, &path),
                (false, true) => self.setup.writes(&self.signal, &path),
                _ => self.setup.reads(&self.signal, &path),
            };
            unit.field = Some(field);
        }
        self.units = units;
        let maps = std::mem::take(&mut self.maps);
        for map in maps.iter().filter(|map| map.whole) {
            if self.in_metric(map.of.kind) {
                continue;
            }
            let path = format!("{}[*]", map.of.path);
            if map.written {
                self.setup.edits(&self.signal, &path);
            } else {
                self.setup.reads(&self.signal, &path);
            }
        }
        self.maps = maps;
    }

    fn metric_type(&mut self) {
        if !self.whole_metrics && self.signal == [Signal::Metrics] {
            self.metric_type = Some(self.setup.reads(&self.signal, "metric.type"));
        }
    }

    /// The unit that is this, where it stands if it is written, and its field.
    fn found(&self, kind: NodeKind, is: impl Fn(&Held) -> bool) -> (Option<At>, Option<Field>) {
        let Some(layer) = layer(kind) else {
            return (None, None);
        };
        let units = self.units.get(layer).map_or(&[][..], Vec::as_slice);
        let found = units.iter().enumerate().find(|(_, unit)| is(&unit.what));
        match found {
            Some((place, unit)) => {
                let at = At { layer, unit: place };
                (unit.written.then_some(at), unit.field)
            }
            None => (None, None),
        }
    }

    fn found_row(&self, kind: NodeKind, field: &str) -> (Option<At>, Option<Field>) {
        self.found(
            kind,
            |held| matches!(held, Held::Field(row) if row.field == field),
        )
    }

    /// Where the value of a number stands if the other one is written, which takes it away.
    fn displaced(&self, field: &str) -> Option<At> {
        let other = match field {
            "value_int" => "value_double",
            "value_double" => "value_int",
            _ => return None,
        };
        self.found_row(NodeKind::DataPoint, other).0?;
        let units = self.units.get(layer(NodeKind::DataPoint)?)?;
        let is = |unit: &Unit| matches!(unit.what, Held::Field(row) if row.field == field);
        Some(At {
            layer: layer(NodeKind::DataPoint)?,
            unit: units.iter().position(is)?,
        })
    }

    /// Where a target's value is found.
    fn place(&mut self, target: Target) -> Place {
        match target {
            Target::Field(row, steps) => {
                let kind = self.kind_of(row);
                match self.found_row(kind, row.field) {
                    (at, Some(field)) => Place::Field {
                        row,
                        field,
                        at: at.or_else(|| self.displaced(row.field)),
                        steps,
                    },
                    _ => Place::Metric(Target::Field(row, steps)),
                }
            }
            Target::Entry(of, key, steps) if self.in_metric(of.kind) => {
                Place::Metric(Target::Entry(of, key, steps))
            }
            Target::Entry(of, key, steps) => {
                let map = self.map_index(of);
                let found = self.found(of.kind, |held| {
                    matches!(held, Held::Entry { map: other, key: known } if *other == map && *known == key)
                });
                match found {
                    (at, Some(field)) => Place::Entry { field, at, steps },
                    _ => Place::Inside { map, key, steps },
                }
            }
            Target::Map(of) if self.in_metric(of.kind) => Place::Metric(Target::Map(of)),
            Target::Map(of) => Place::Map(self.map_index(of)),
            Target::NoKey(_) => Place::NoKey,
            Target::Cache(steps) => Place::Cache(steps),
            Target::TraceState(key) => match self.found_row(NodeKind::Span, "trace_state") {
                (at, Some(field)) => Place::TraceState { field, at, key },
                _ => Place::Metric(Target::TraceState(key)),
            },
            Target::Status => Place::Status,
            Target::Children(Children::Points | Children::Exemplars) if self.whole_metrics => {
                Place::Metric(target)
            }
            Target::Children(children) => Place::Children(children),
            Target::EventIndex => Place::EventIndex,
            Target::Buckets(_) | Target::Quantiles if self.whole_metrics => Place::Metric(target),
            Target::Buckets(_) => {
                self.metric_type();
                Place::Buckets
            }
            Target::Quantiles => {
                self.metric_type();
                Place::Quantiles(self.setup.reads(&self.signal, "quantile_values"))
            }
            Target::Request(path, key, steps) => {
                let mut full = path.to_owned();
                match &key {
                    Some(key) => push_key(&mut full, key),
                    None if path != "client.address" => full.push_str("[*]"),
                    None => {}
                }
                Place::Request {
                    field: self.setup.reads(&self.signal, &full),
                    path,
                    whole: key.is_none() && path != "client.address",
                    steps,
                }
            }
        }
    }
}

fn same(one: &Held, other: &Held) -> bool {
    match (one, other) {
        (Held::Field(one), Held::Field(other)) => one.field == other.field,
        (Held::Entry { map: a, key: one }, Held::Entry { map: b, key: other }) => {
            a == b && one == other
        }
        _ => false,
    }
}
