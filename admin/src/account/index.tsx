export { Account } from "./Account";
export { FirstRun } from "./FirstRun";
