//! What `wit-bindgen` makes of `wit/policy.wit`, and nothing else. Policies do not need it: [`crate::export!`] and
//! [`crate::Batch`] stand in front.

wit_bindgen::generate!({
    path: "../../wit",
    world: "explainer",
    pub_export_macro: true,
    export_macro_name: "export_component",
    default_bindings_module: "tollgate_sdk::bindings",
});
