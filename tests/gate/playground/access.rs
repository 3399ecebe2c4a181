//! The page for those who do not see it, or do not touch a mouse.

use serde_json::{Value as Json, json};
use tollgate_tests::browser::{ALT, Browser, CONTROL, ENTER, ESCAPE, RELEASE, TAB};
use tollgate_tests::gate::binary;

use super::page::{Page, Seen};

/// Roles of what can be used: a screen reader says their names.
const CONTROLS: [&str; 6] = [
    "button",
    "textbox",
    "combobox",
    "checkbox",
    "link",
    "DisclosureTriangle",
];

/// Every text that is seen, with the contrast to what is behind it.
const CONTRASTS: &str = "
    const shade = (color) => color.match(/[0-9.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b]
        .map((part) => part / 255)
        .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
        .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
    const behind = (element) => {
        for (let at = element; at; at = at.parentElement) {
            const color = shade(getComputedStyle(at).backgroundColor);
            if (color.length < 4 || color[3] > 0) return color;
        }
        return [255, 255, 255];
    };
    return [...document.querySelectorAll('body *')]
        .filter((element) => element.checkVisibility() && !element.closest('.marks, .skip'))
        .filter((element) => element.value || [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
        .map((element) => {
            const [one, other] = [light(shade(getComputedStyle(element).color)), light(behind(element))];
            const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
            return [`${element.tagName} ${element.className} ${element.textContent.slice(0, 20)}`, ratio];
        });";

fn shown<'b>(page: &Page, browser: &'b Browser) -> Seen<'b> {
    browser.open(&page.url);
    let seen = Seen(browser);
    seen.choose("lines");
    seen.waits_for("4 records:");
    seen
}

fn active(browser: &Browser) -> String {
    let id = browser.script(
        "return document.activeElement.id || document.activeElement.className",
        json!([]),
    );
    id.as_str().unwrap().to_owned()
}

fn texts_that_are_hard_to_read(browser: &Browser) -> Vec<String> {
    let contrasts = browser.script(CONTRASTS, json!([]));
    let contrasts = contrasts.as_array().unwrap();
    assert!(
        contrasts.len() > 40,
        "all texts are measured: {}",
        contrasts.len()
    );
    let hard = contrasts
        .iter()
        .filter(|pair| pair[1].as_f64().unwrap() < 4.5);
    hard.map(ToString::to_string).collect()
}

#[test]
fn everything_has_a_name_and_a_place() {
    let page = Page::serve(&[]);
    let Some(browser) = Browser::start("light") else {
        return;
    };
    let _seen = shown(&page, &browser);
    let tree = browser.devtools("Accessibility.getFullAXTree", &json!({}));
    let nodes: Vec<&Json> = tree["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|node| node["ignored"] == json!(false))
        .collect();
    let name = |node: &Json| {
        node["name"]["value"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let role = |node: &Json| {
        node["role"]["value"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let controls: Vec<_> = nodes
        .iter()
        .filter(|node| CONTROLS.contains(&&*role(node)))
        .collect();
    assert!(controls.len() >= 12, "{}", controls.len());
    for control in controls {
        assert!(
            !name(control).trim().is_empty(),
            "a control without a name: {control}"
        );
    }
    for landmark in ["banner", "main", "contentinfo"] {
        let of_role = nodes.iter().filter(|node| role(node) == landmark);
        assert_eq!(of_role.count(), 1, "{landmark}");
    }
    for pane in ["Telemetry", "Configuration", "Result"] {
        let is_pane = |node: &&&Json| role(node) == "region" && name(node) == pane;
        assert_eq!(nodes.iter().filter(is_pane).count(), 1, "{pane}");
    }
    // What changes is told to those who do not see it change.
    let live = browser.script(
        "return document.getElementById('summary').ariaLive",
        json!([]),
    );
    assert_eq!(live, json!("polite"));
}

#[test]
fn keys_reach_everything_and_the_focus_is_seen() {
    let page = Page::serve(&[]);
    let Some(browser) = Browser::start("light") else {
        return;
    };
    let seen = shown(&page, &browser);
    let body = "document.activeElement.blur(); document.querySelector('.skip').focus(); return 1";
    assert_eq!(browser.script(body, json!([])), json!(1));
    let mut order = Vec::new();
    for _ in 0..12 {
        order.push(active(&browser));
        let outline = browser.script(
            "return getComputedStyle(document.activeElement).outlineStyle",
            json!([]),
        );
        assert_eq!(outline, json!("solid"), "{}", active(&browser));
        // Tab indents in an editor, and leaves it after Escape.
        browser.press(&format!("{ESCAPE}{TAB}"));
    }
    let expected = [
        "skip",
        "sample",
        "run",
        "download",
        "open",
        "theme",
        "help",
        "telemetry",
        "configuration",
        "all-fields",
        "all-records",
        "result",
    ];
    assert_eq!(order, expected);

    browser.press(&format!("{ALT}2{RELEASE}"));
    assert_eq!(active(&browser), "configuration");
    let before = seen.value("configuration");
    browser.press(TAB);
    assert_eq!(active(&browser), "configuration", "Tab indents");
    assert_eq!(seen.value("configuration").len(), before.len() + 2);
    browser.press(&format!("{CONTROL}z{RELEASE}"));
    assert_eq!(seen.value("configuration"), before, "it can be undone");
    browser.press(&format!("{ALT}1{RELEASE}"));
    assert_eq!(active(&browser), "telemetry");
    browser.press(&format!("more{CONTROL}{ENTER}{RELEASE}"));
    seen.waits_for("records:");
    browser.press(&format!("{ALT}3{RELEASE}"));
    assert_eq!(active(&browser), "result");
    browser.press(&format!("{CONTROL}s{RELEASE}"));
    assert!(browser.downloaded("playground.test.yaml").is_file());
}

#[test]
fn both_themes_can_be_read() {
    let page = Page::serve(&[]);
    for scheme in ["light", "dark"] {
        let Some(browser) = Browser::start(scheme) else {
            return;
        };
        let seen = shown(&page, &browser);
        browser.click("#result article summary");
        seen.waits_for("drops it");
        let theme = "return document.documentElement.dataset.theme";
        assert_eq!(browser.script(theme, json!([])), json!(scheme));
        assert_eq!(
            texts_that_are_hard_to_read(&browser),
            Vec::<String>::new(),
            "{scheme}"
        );
        browser.picture(&binary().with_file_name(format!("playground-{scheme}.png")));

        let other = if scheme == "light" { "dark" } else { "light" };
        browser.click("#theme");
        assert_eq!(browser.script(theme, json!([])), json!(other));
        browser.open(&page.url);
        assert_eq!(
            browser.script(theme, json!([])),
            json!(other),
            "the choice is kept"
        );
    }
}
