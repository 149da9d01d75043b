import Alert from "@mui/material/Alert";
import { isProblem } from "../server/problem";
import { useTextOf } from "../shell/useProblem";

/** What went wrong with a form, unless all of it is told at fields, which `shown` names by JSON pointer. */
export function ProblemAlert({ problem, shown = [] }: { problem: unknown; shown?: readonly string[] }) {
  const textOf = useTextOf();
  const pointers = isProblem(problem) ? Object.keys(problem.errors) : [];
  const isAtFields = pointers.length > 0 && pointers.every((each) => shown.some((one) => isIn(each, one)));
  if (problem === null || problem === undefined || isAtFields) return null;
  return <Alert severity="error">{textOf(problem)}</Alert>;
}

function isIn(pointer: string, field: string): boolean {
  return pointer === field || pointer.startsWith(`${field}/`);
}
