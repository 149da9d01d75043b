export { Explain } from "./explain/Explain";
export { Tokens } from "./tokens/Tokens";
export { Users } from "./users/Users";
