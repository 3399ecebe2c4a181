//! Which element of one sequence is which of another, where some are gone or new.

/// What leaving an element alone costs, beside a pair that differs in as many values.
const ALONE: usize = 3;

/// Pairs of places in both sequences, in order, such that they differ least; an element without a partner stands alone.
pub(crate) fn align(
    one: usize,
    other: usize,
    cost: impl Fn(usize, usize) -> usize,
) -> Vec<(Option<usize>, Option<usize>)> {
    // best[i][j]: the least that the elements from i and j on can cost, and how to begin.
    #[derive(Clone, Copy)]
    enum Step {
        End,
        Pair,
        One,
        Other,
    }
    let mut best = vec![vec![(0_usize, Step::End); other.saturating_add(1)]; one.saturating_add(1)];
    let known = |best: &[Vec<(usize, Step)>], i: usize, j: usize| {
        best.get(i)
            .and_then(|row| row.get(j))
            .map(|(cost, _)| *cost)
    };
    for i in (0..=one).rev() {
        for j in (0..=other).rev() {
            let alone = |rest: Option<usize>| rest.map(|rest| rest.saturating_add(ALONE));
            let next = (i.saturating_add(1), j.saturating_add(1));
            let pair = known(&best, next.0, next.1).filter(|_| i < one && j < other);
            let ways = [
                (pair.map(|rest| rest.saturating_add(cost(i, j))), Step::Pair),
                (alone(known(&best, next.0, j)), Step::One),
                (alone(known(&best, i, next.1)), Step::Other),
            ];
            let ways = ways
                .into_iter()
                .filter_map(|(cost, step)| Some((cost?, step)));
            if let Some(way) = ways.min_by_key(|(cost, _)| *cost)
                && let Some(cell) = best.get_mut(i).and_then(|row| row.get_mut(j))
            {
                *cell = way;
            }
        }
    }
    let (mut i, mut j) = (0_usize, 0_usize);
    let mut pairs = Vec::new();
    while let Some((_, step)) = best.get(i).and_then(|row| row.get(j)) {
        match step {
            Step::End => break,
            Step::Pair => pairs.push((Some(i), Some(j))),
            Step::One => pairs.push((Some(i), None)),
            Step::Other => pairs.push((None, Some(j))),
        }
        i = i.saturating_add(usize::from(!matches!(step, Step::Other)));
        j = j.saturating_add(usize::from(!matches!(step, Step::One)));
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::align;

    #[test]
    fn what_is_gone_stands_alone_and_what_changed_does_not() {
        let (old, new) = (["a", "b", "c"], ["A", "c"]);
        let cost = |i: usize, j: usize| match (old.get(i), new.get(j)) {
            (Some(old), Some(new)) if old == new => 0,
            (Some(old), Some(new)) if old.eq_ignore_ascii_case(new) => 1,
            _ => 9,
        };
        let pairs = align(old.len(), new.len(), cost);
        assert_eq!(
            pairs,
            [(Some(0), Some(0)), (Some(1), None), (Some(2), Some(1))]
        );
    }
}
