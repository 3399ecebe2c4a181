import "@tollgate/sdk/component";
export { policy } from "./policy.js";
