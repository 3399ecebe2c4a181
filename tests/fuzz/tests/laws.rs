//! Every law, over its seeds and a number of inputs like them, the same every time. `FUZZ_RUNS=1000` makes them more.

use fastrand::Rng;
use tollgate_fuzz::mutation::mutated;
use tollgate_fuzz::seeds;

/// Runs a law. An input that breaks it is left where it can be tried again.
fn holds(name: &str, law: fn(&[u8]), runs: usize) {
    let seeds = seeds::of(name);
    assert!(seeds.len() > 1, "{name} begins with something");
    let runs = std::env::var("FUZZ_RUNS").map_or(runs, |runs| runs.parse().expect("a number"));
    let mut rng = Rng::with_seed(1);
    let mutations = (0..runs).map(|_| mutated(&seeds, &mut rng));
    for input in seeds.iter().cloned().chain(mutations) {
        let broken = std::panic::catch_unwind(|| law(&input)).is_err();
        if broken {
            let path = std::env::temp_dir().join(format!("tollgate-{name}"));
            std::fs::write(&path, &input).expect("it can be left");
            panic!("{name} does not hold for {}", path.display());
        }
    }
}

macro_rules! laws {
    ($($name:ident: $runs:literal),* $(,)?) => {$(
        #[test]
        fn $name() {
            holds(stringify!($name), tollgate_fuzz::$name, $runs);
        }
    )*};
}

laws! {
    index: 3_000,
    edit_encode: 2_000,
    outcome_check: 2_000,
    json: 3_000,
    admission: 500,
    config: 1_000,
    ottl: 3_000,
    queue_frame: 500,
    redaction: 500,
    http_front: 500,
}
