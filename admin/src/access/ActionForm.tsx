import Button from "@mui/material/Button";
import type { ReactNode } from "react";
import { ProblemAlert } from "./ProblemAlert";
import type { Action } from "./useAction";

interface ActionFormProps {
  action: Pick<Action<void, unknown>, "run" | "busy" | "problem">;
  /** The fields whose inputs say what is wrong with them, by JSON pointer. */
  shown: readonly string[];
  submit: string;
  /** Whether there is anything to be done. */
  isReady: boolean;
  children: ReactNode;
}

/** A form on a page that does something when it is sent; what no input says of a failure stands below them. */
export function ActionForm({ action, shown, submit, isReady, children }: ActionFormProps) {
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        action.run();
      }}
    >
      {children}
      <ProblemAlert problem={action.problem} shown={shown} />
      <Button type="submit" variant="contained" disabled={action.busy || !isReady} sx={{ mt: 1 }}>
        {submit}
      </Button>
    </form>
  );
}
