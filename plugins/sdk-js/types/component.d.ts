/** Puts the host behind a component's imports. A component's entry imports it first, for its effect. */
export {};
