//! `src/syntax/unicode.bin` is what the tables of `regex-syntax` make; `UPDATE=1` writes it anew.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "a test may panic"
)]

use regex_syntax::hir::{Class, ClassUnicode, HirKind};
use tollgate_patterns::Pattern;

const CATEGORIES: &str =
    "Cc Cf Co Ll Lm Lo Lt Lu Mc Me Mn Nd Nl No Pc Pd Pe Pf Pi Po Ps Sc Sk Sm So Zl Zp Zs";

const SCRIPTS: &str = "\
    Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak Bengali Bhaiksuki Bopomofo \
    Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian Caucasian_Albanian Chakma Cham Cherokee Chorasmian Common \
    Coptic Cuneiform Cypriot Cypro_Minoan Cyrillic Deseret Devanagari Dives_Akuru Dogra Duployan Egyptian_Hieroglyphs \
    Elbasan Elymaic Ethiopic Garay Georgian Glagolitic Gothic Grantha Greek Gujarati Gunjala_Gondi Gurmukhi Gurung_Khema \
    Han Hangul Hanifi_Rohingya Hanunoo Hatran Hebrew Hiragana Imperial_Aramaic Inherited Inscriptional_Pahlavi \
    Inscriptional_Parthian Javanese Kaithi Kannada Katakana Kawi Kayah_Li Kharoshthi Khitan_Small_Script Khmer Khojki \
    Khudawadi Kirat_Rai Lao Latin Lepcha Limbu Linear_A Linear_B Lisu Lycian Lydian Mahajani Makasar Malayalam Mandaic \
    Manichaean Marchen Masaram_Gondi Medefaidrin Meetei_Mayek Mende_Kikakui Meroitic_Cursive Meroitic_Hieroglyphs Miao \
    Modi Mongolian Mro Multani Myanmar Nabataean Nag_Mundari Nandinagari New_Tai_Lue Newa Nko Nushu \
    Nyiakeng_Puachue_Hmong Ogham Ol_Chiki Ol_Onal Old_Hungarian Old_Italic Old_North_Arabian Old_Permic Old_Persian \
    Old_Sogdian Old_South_Arabian Old_Turkic Old_Uyghur Oriya Osage Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa \
    Phoenician Psalter_Pahlavi Rejang Runic Samaritan Saurashtra Sharada Shavian Siddham SignWriting Sinhala Sogdian \
    Sora_Sompeng Soyombo Sundanese Sunuwar Syloti_Nagri Syriac Tagalog Tagbanwa Tai_Le Tai_Tham Tai_Viet Takri Tamil \
    Tangsa Tangut Telugu Thaana Thai Tibetan Tifinagh Tirhuta Todhri Toto Tulu_Tigalari Ugaritic Vai Vithkuqi Wancho \
    Warang_Citi Yezidi Yi Zanabazar_Square \
    ";

/// The class as `regex-syntax` has it.
fn model(name: &str) -> ClassUnicode {
    match regex_syntax::parse(&format!("\\p{{{name}}}"))
        .unwrap()
        .into_kind()
    {
        HirKind::Class(Class::Unicode(class)) => class,
        HirKind::Literal(one) => {
            let c = std::str::from_utf8(&one.0).unwrap().chars().next().unwrap();
            ClassUnicode::new([regex_syntax::hir::ClassUnicodeRange::new(c, c)])
        }
        other => panic!("{name} is {other:?}"),
    }
}

fn push_number(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn names() -> impl Iterator<Item = &'static str> {
    CATEGORIES
        .split_whitespace()
        .chain(SCRIPTS.split_whitespace())
}

#[test]
fn the_tables_are_those_of_regex_syntax() {
    let mut tables = Vec::new();
    for name in names() {
        let mut ranges = Vec::new();
        let mut at = 0;
        for range in model(name).ranges() {
            push_number(&mut ranges, range.start() as u32 - at);
            push_number(&mut ranges, range.end() as u32 - range.start() as u32);
            at = range.end() as u32;
        }
        tables.push(u8::try_from(name.len()).unwrap());
        tables.extend(name.bytes());
        tables.extend(u16::try_from(ranges.len()).unwrap().to_be_bytes());
        tables.extend(ranges);
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/syntax/unicode.bin");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &tables).unwrap();
    }
    assert!(
        std::fs::read(path).unwrap() == tables,
        "run with UPDATE=1 and commit src/syntax/unicode.bin"
    );
}

#[test]
fn every_name_holds_its_characters_and_no_neighbour() {
    for name in names() {
        let pattern = Pattern::new(&format!("\\p{{{name}}}")).unwrap();
        let class = model(name);
        for range in class.ranges() {
            for c in [range.start(), range.end()] {
                assert!(pattern.is_match(&c.to_string()), "{name} holds {c:?}");
            }
        }
        let mut others = class.clone();
        others.negate();
        for range in others.ranges() {
            for c in [range.start(), range.end()] {
                assert!(
                    !pattern.is_match(&c.to_string()),
                    "{name} does not hold {c:?}"
                );
            }
        }
    }
}
