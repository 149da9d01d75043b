import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { Component, type ReactNode } from "react";
import { useTranslate } from "react-admin";
import { isProblem } from "../server/problem";
import { Empty } from "./Empty";
import { Failure } from "./Failure";

interface Props {
  children: ReactNode;
  /** Where this changes, what was broken is tried again: the path. */
  place?: string;
}

interface State {
  error: unknown;
  place?: string;
}

/** Keeps an error of one screen from taking the whole page with it. */
export class Boundary extends Component<Props, State> {
  override state: State = { error: null, place: this.props.place };

  static getDerivedStateFromError(error: unknown): Partial<State> {
    return { error };
  }

  static getDerivedStateFromProps(props: Props, state: State): Partial<State> | null {
    return props.place === state.place ? null : { error: null, place: props.place };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return <Broken error={this.state.error} retry={() => this.setState({ error: null })} />;
  }
}

function Broken({ error, retry }: { error: unknown; retry: () => void }) {
  const translate = useTranslate();
  if (isProblem(error)) {
    return (
      <Box sx={{ p: 2 }}>
        <Failure error={error} retry={retry} />
      </Box>
    );
  }
  const isOutdated = error instanceof TypeError && /dynamically imported module|module script/i.test(error.message);
  return (
    <Empty
      title={translate(isOutdated ? "shell.failure.newer" : "shell.failure.broken")}
      help={isOutdated ? null : translate("shell.failure.brokenHelp")}
      action={
        <Button variant="contained" onClick={isOutdated ? () => location.reload() : retry}>
          {translate(isOutdated ? "shell.connection.reload" : "shell.failure.retry")}
        </Button>
      }
    />
  );
}
