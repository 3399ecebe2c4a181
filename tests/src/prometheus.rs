//! A page of metrics, read as strictly as Prometheus and its `promtool check metrics` read it, and asked as a dashboard asks.

use std::collections::{BTreeMap, BTreeSet};

/// Labels of a series, by name.
pub type Labels = BTreeMap<String, String>;

/// One number of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its name, with `_bucket` and the like.
    pub name: String,
    /// Its labels.
    pub labels: Labels,
    /// Its value.
    pub value: f64,
}

/// A page of metrics.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// The kind of each metric, by its name.
    pub kinds: BTreeMap<String, String>,
    /// Everything that it holds.
    pub series: Vec<Series>,
}

impl Page {
    /// Reads a page, or says everything that is wrong with it.
    pub fn read(text: &str) -> Result<Self, Vec<String>> {
        let mut reader = Reader::default();
        for line in text.lines() {
            reader.line(line);
        }
        if !text.ends_with('\n') {
            reader.complain("the last line does not end");
        }
        reader.histograms();
        if reader.wrong.is_empty() {
            Ok(reader.page)
        } else {
            Err(reader.wrong)
        }
    }

    /// The series of a name.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Series> {
        self.series.iter().filter(move |series| series.name == name)
    }

    /// `sum by (LABELS) (NAME)`, or `None` where no series is, or one lacks a label.
    #[must_use]
    pub fn sum_by(&self, labels: &[&str], name: &str) -> Option<BTreeMap<Vec<String>, f64>> {
        let mut sums = BTreeMap::new();
        for series in self.named(name) {
            let of: Option<Vec<_>> = labels
                .iter()
                .map(|label| series.labels.get(*label).cloned())
                .collect();
            *sums.entry(of?).or_default() += series.value;
        }
        (!sums.is_empty()).then_some(sums)
    }

    /// `sum(NAME{LABEL="VALUE", ...})`.
    #[must_use]
    pub fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let is_meant = |series: &&Series| {
            let mut wanted = labels.iter();
            wanted.all(|(label, value)| series.labels.get(*label).is_some_and(|own| own == value))
        };
        self.named(name)
            .filter(is_meant)
            .map(|series| series.value)
            .sum()
    }
}

#[derive(Default)]
struct Reader {
    page: Page,
    helped: BTreeSet<String>,
    /// The metric that the last `# TYPE` began, and those that are over.
    open: String,
    over: BTreeSet<String>,
    seen: BTreeSet<(String, Labels)>,
    wrong: Vec<String>,
}

impl Reader {
    fn complain(&mut self, what: impl Into<String>) {
        self.wrong.push(what.into());
    }

    fn line(&mut self, line: &str) {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').unwrap_or((rest, ""));
            if help.is_empty() || !self.helped.insert(name.to_owned()) {
                self.complain(format!("{name}: its help is empty, or there twice"));
            }
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap_or((rest, ""));
            if !matches!(kind, "counter" | "gauge" | "histogram" | "summary") {
                self.complain(format!("{name}: there is no kind `{kind}`"));
            }
            if !self.helped.contains(name) {
                self.complain(format!("{name}: it has no help"));
            }
            let before = self.page.kinds.insert(name.to_owned(), kind.to_owned());
            if before.is_some() {
                self.complain(format!("{name}: it has two types"));
            }
            let closed = std::mem::replace(&mut self.open, name.to_owned());
            self.over.insert(closed);
        } else if !line.is_empty() && !line.starts_with('#') {
            match read_series(line) {
                Ok(series) => self.series(series),
                Err(what) => self.complain(format!("{what}: {line}")),
            }
        }
    }

    fn series(&mut self, series: Series) {
        let family = self.family(&series.name);
        if family != self.open || self.over.contains(&family) {
            self.complain(format!("{}: it is not below its type", series.name));
        }
        let kind = self.page.kinds.get(&family).map_or("", String::as_str);
        if kind == "counter" && (series.value.is_nan() || series.value < 0.0) {
            self.complain(format!("{}: a counter below zero", series.name));
        }
        if !self
            .seen
            .insert((series.name.clone(), series.labels.clone()))
        {
            self.complain(format!("{} {:?}: there twice", series.name, series.labels));
        }
        self.page.series.push(series);
    }

    /// The metric that a series belongs to: the parts of a histogram have names of their own.
    fn family(&self, name: &str) -> String {
        let parts = ["_bucket", "_sum", "_count"];
        let of_histogram = parts.iter().find_map(|part| {
            let family = name.strip_suffix(part)?;
            let kind = self.page.kinds.get(family)?;
            (kind == "histogram").then_some(family)
        });
        of_histogram.unwrap_or(name).to_owned()
    }

    /// Buckets count upwards, the last is for everything, and says the same as the count.
    fn histograms(&mut self) {
        let kinds = self.page.kinds.clone();
        for (name, _) in kinds.iter().filter(|(_, kind)| *kind == "histogram") {
            let mut buckets: BTreeMap<Labels, Vec<(f64, f64)>> = BTreeMap::new();
            for series in self.page.named(&format!("{name}_bucket")) {
                let mut labels = series.labels.clone();
                let bound = labels.remove("le");
                let bound = bound.map_or(f64::NAN, |bound| number(&bound).unwrap_or(f64::NAN));
                let of = buckets.entry(labels).or_default();
                of.push((bound, series.value));
            }
            let mut wrong = Vec::new();
            for (labels, buckets) in &buckets {
                let rises = |pair: &[(f64, f64)]| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1;
                if !buckets.windows(2).all(rises) {
                    wrong.push(format!("{name} {labels:?}: its buckets do not rise"));
                }
                let one = |part: &str| {
                    let part = format!("{name}_{part}");
                    let mut own = self
                        .page
                        .named(&part)
                        .filter(|series| series.labels == *labels);
                    own.next().map(|series| series.value)
                };
                let all = buckets.last().filter(|(bound, _)| *bound == f64::INFINITY);
                if all.is_none() || one("count") != all.map(|(_, count)| *count) {
                    wrong.push(format!("{name} {labels:?}: `+Inf` and count differ"));
                }
                if one("sum").is_none() {
                    wrong.push(format!("{name} {labels:?}: it has no sum"));
                }
            }
            self.wrong.append(&mut wrong);
        }
    }
}

fn read_series(line: &str) -> Result<Series, &'static str> {
    let end = line.find(['{', ' ']).ok_or("no value")?;
    let (name, mut rest) = line.split_at(end);
    if !is_name(name, true) {
        return Err("no name");
    }
    let mut labels = Labels::new();
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside;
        while !rest.starts_with('}') {
            let (label, behind) = rest.split_once("=\"").ok_or("a label without a value")?;
            let (value, behind) = quoted(behind).ok_or("a value that does not end")?;
            if !is_name(label, false) || label.starts_with("__") {
                return Err("no name of a label");
            }
            if labels.insert(label.to_owned(), value).is_some() {
                return Err("a label twice");
            }
            rest = behind.strip_prefix(',').unwrap_or(behind);
        }
        rest = &rest[1..];
    }
    let value = rest.strip_prefix(' ').and_then(number);
    Ok(Series {
        name: name.to_owned(),
        labels,
        value: value.ok_or("no number")?,
    })
}

fn is_name(name: &str, colons: bool) -> bool {
    let is_fine = |c: char| c.is_ascii_alphanumeric() || c == '_' || (colons && c == ':');
    !name.is_empty() && name.chars().all(is_fine) && !name.starts_with(|c: char| c.is_ascii_digit())
}

fn number(text: &str) -> Option<f64> {
    match text {
        "+Inf" => Some(f64::INFINITY),
        "-Inf" => Some(f64::NEG_INFINITY),
        "NaN" => Some(f64::NAN),
        _ => text.parse().ok(),
    }
}

/// The text up to the quote that ends it, and what stands behind that.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => match letters.next()?.1 {
                'n' => value.push('\n'),
                escaped @ ('\\' | '"') => value.push(escaped),
                _ => return None,
            },
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_and_asked() {
        let page =
            "# HELP a A.\n# TYPE a counter\na{x=\"1\",y=\"\\\"\\n\"} 2\na{x=\"1\",y=\"3\"} 4\n";
        let page = Page::read(page).unwrap();
        let sums = page.sum_by(&["x"], "a").unwrap();
        assert_eq!(sums, BTreeMap::from([(vec!["1".to_owned()], 6.0)]));
        assert_eq!(page.sum_by(&["z"], "a"), None);
        assert!((page.sum("a", &[("y", "\"\n")]) - 2.0).abs() < f64::EPSILON);
    }

    #[test]
    fn what_promtool_refuses_is_refused() {
        let histogram = "# HELP h H.\n# TYPE h histogram\n";
        for wrong in [
            "a 1\n",
            "# TYPE a counter\na 1\n",
            "# HELP a A.\n# TYPE a counter\na 1\na 1\n",
            "# HELP a A.\n# TYPE a counter\na -1\n",
            "# HELP a A.\n# TYPE a thing\na 1\n",
            "# HELP a A.\n# TYPE a counter\na{b.c=\"1\"} 1\n",
            "# HELP a A.\n# TYPE a counter\n# TYPE a gauge\na 1\n",
            "# HELP a A.\n# TYPE a counter\na 1",
            &format!(
                "{histogram}h_bucket{{le=\"1\"}} 2\nh_bucket{{le=\"+Inf\"}} 1\nh_sum 1\nh_count 1\n"
            ),
            &format!("{histogram}h_bucket{{le=\"1\"}} 1\nh_sum 1\nh_count 1\n"),
            &format!("{histogram}h_bucket{{le=\"+Inf\"}} 1\nh_sum 1\nh_count 2\n"),
        ] {
            assert!(Page::read(wrong).is_err(), "{wrong}");
        }
    }
}
