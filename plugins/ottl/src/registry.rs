//! The functions that statements may call.

use std::collections::BTreeMap;

use crate::Function;

/// Functions by their names.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    functions: BTreeMap<&'static str, &'static Function>,
}

impl Registry {
    /// Without a function.
    #[must_use]
    pub const fn empty() -> Self {
        Self {
            functions: BTreeMap::new(),
        }
    }

    /// All standard editors and converters.
    #[must_use]
    pub fn standard() -> Self {
        Self::empty().with(crate::functions::all())
    }

    /// The standard converters without the editors: what conditions and expressions are given.
    #[must_use]
    pub fn converters() -> Self {
        Self::empty().with(crate::functions::all().filter(|function| !function.is_editor()))
    }

    /// With further functions; one of a known name takes its place.
    #[must_use]
    pub fn with(mut self, functions: impl IntoIterator<Item = &'static Function>) -> Self {
        for function in functions {
            self.functions.insert(function.name, function);
        }
        self
    }

    /// The function of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'static Function> {
        self.functions.get(name).copied()
    }

    /// The names of all functions, in order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.functions.keys().copied()
    }

    /// The known name that is nearest to one that is not known, if one is near.
    #[must_use]
    pub(crate) fn nearest(&self, name: &str) -> Option<&'static str> {
        nearest(self.names(), name)
    }
}

/// The known name that is nearest to one that is not known, if one is near.
pub(crate) fn nearest(
    known: impl Iterator<Item = &'static str>,
    name: &str,
) -> Option<&'static str> {
    let name = name.to_lowercase();
    let near = |known: &'static str| {
        let distance = distance(&known.to_lowercase(), &name);
        (distance <= name.len() / 3).then_some((distance, known))
    };
    known.filter_map(near).min().map(|(_, known)| known)
}

/// How many letters have to be added, dropped or changed.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (line, letter) in a.chars().enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        for (cell, other) in row.iter_mut().skip(1).zip(&b) {
            let best = (diagonal + usize::from(letter != *other))
                .min(left + 1)
                .min(*cell + 1);
            diagonal = *cell;
            left = best;
            *cell = best;
        }
        if let Some(first) = row.first_mut() {
            *first = line + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}
