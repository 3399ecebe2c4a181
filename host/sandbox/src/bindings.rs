//! What `bindgen!` makes of `wit/policy.wit`, and nothing else.
//!
//! Views are passed as borrowed slices: the batch's text crosses the wall as one copy, straight from the batch into the guest.

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "explainer",
    ownership: Borrowing { duplicate_if_necessary: true },
    imports: { default: trappable },
});
