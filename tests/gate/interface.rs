//! One interface: the text in `wit/` is what the host and the guests' SDK were built with.

#[test]
fn host_and_sdk_are_built_with_the_interface_in_the_repository() {
    let here = include_str!("../../wit/policy.wit");
    assert_eq!(
        here,
        tollgate_sandbox::interface(),
        "rebuild the host: wit/policy.wit has changed"
    );
    // The SDK generates its bindings from the folder itself.
    let bindings = include_str!("../../plugins/sdk/src/bindings.rs");
    assert!(
        bindings.contains("../../wit"),
        "the SDK's bindings come from elsewhere"
    );
}

#[test]
fn the_guests_at_hand_were_built_with_it_too() {
    // A component built with another version of the interface does not load; the hostile guest's honest behaviour does.
    let wasm = std::fs::read(tollgate_tests::gate::guest("hostile")).unwrap();
    let sandbox = tollgate_sandbox::Sandbox::new(tollgate_sandbox::Options::default()).unwrap();
    let component = sandbox.load("hostile", &wasm).unwrap();
    let known = "tollgate:policy/";
    assert!(
        component
            .imports()
            .iter()
            .all(|import| import.starts_with(known)),
        "{:?}",
        component.imports()
    );
}
