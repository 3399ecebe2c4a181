//! Doubles and integers, and logarithms.

/// A double as an integer: what lies outside of the integers, or is no number, becomes the smallest one, as on amd64.
#[must_use]
pub fn truncate(number: f64) -> i64 {
    // Both bounds are exact doubles: -2^63, and 2^63 which is one too many.
    let fits = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&number);
    #[expect(clippy::cast_possible_truncation, reason = "within the bounds")]
    let integer = number as i64;
    if fits { integer } else { i64::MIN }
}

/// An integer as the nearest double.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "the nearest double is what is asked for"
)]
pub const fn to_double(number: i64) -> f64 {
    number as f64
}

/// `math.Log`, bit for bit: what a platform's library makes of it may differ in the last one.
#[must_use]
#[expect(clippy::excessive_precision, reason = "as the method has them")]
pub fn ln(number: f64) -> f64 {
    const LN2_HIGH: f64 = 6.931_471_803_691_238_164_90e-1;
    const LN2_LOW: f64 = 1.908_214_929_270_587_700_02e-10;
    const L: [f64; 7] = [
        6.666_666_666_666_735_130e-1,
        3.999_999_999_940_941_908e-1,
        2.857_142_874_366_239_149e-1,
        2.222_219_843_214_978_396e-1,
        1.818_357_216_161_805_012e-1,
        1.531_383_769_920_937_332e-1,
        1.479_819_860_511_658_591e-1,
    ];
    if number.is_nan() || number == f64::INFINITY {
        return number;
    }
    if number < 0.0 {
        return f64::NAN;
    }
    if number == 0.0 {
        return f64::NEG_INFINITY;
    }
    let (mut fraction, mut exponent) = split(number);
    if fraction < std::f64::consts::SQRT_2 / 2.0 {
        fraction *= 2.0;
        exponent -= 1;
    }
    let f = fraction - 1.0;
    let k = to_double(exponent);
    let s = f / (2.0 + f);
    let s2 = s * s;
    let s4 = s2 * s2;
    let [l1, l2, l3, l4, l5, l6, l7] = L;
    let t1 = s2 * (l1 + s4 * (l3 + s4 * (l5 + s4 * l7)));
    let t2 = s4 * (l2 + s4 * (l4 + s4 * l6));
    let r = t1 + t2;
    let half = 0.5 * f * f;
    k * LN2_HIGH - ((half - (s * (half + r) + k * LN2_LOW)) - f)
}

/// A positive double as a fraction from a half to one, and the power of two that it is multiplied by.
fn split(number: f64) -> (f64, i64) {
    let (number, shift) = if number.is_subnormal() {
        (number * 4_503_599_627_370_496.0, 52)
    } else {
        (number, 0)
    };
    let bits = number.to_bits();
    let exponent = (bits >> 52 & 0x7ff).cast_signed() - 1022 - shift;
    (f64::from_bits(bits & !(0x7ff << 52) | 1022 << 52), exponent)
}
