import { Box } from "@mui/material";
import { useEffect, useRef, useState } from "react";
import { useTranslate } from "react-admin";
import type { Person } from "../page/scope";

interface AnnouncerProps {
  people: readonly Person[];
  places: ReadonlyMap<string, readonly Person[]>;
  /** What else is to be said, once. */
  said: string;
  labelOf(pointer: string): string;
}

/** Tells readers of screens, politely and once, who comes and goes, who is in which field, and what came from them. */
export function Announcer({ people, places, said, labelOf }: AnnouncerProps) {
  const translate = useTranslate();
  const [text, setText] = useState("");
  const before = useRef({ people, places });
  useEffect(() => {
    const [was, now] = [before.current, { people, places }];
    before.current = now;
    const lines = [
      ...now.people
        .filter(({ id }) => !was.people.some((one) => one.id === id))
        .map(({ name }) => translate("forms.live.arrived", { name })),
      ...was.people
        .filter(({ id }) => !now.people.some((one) => one.id === id))
        .map(({ name }) => translate("forms.live.left", { name })),
      ...[...now.places].flatMap(([pointer, here]) =>
        here
          .filter(({ id }) => !was.places.get(pointer)?.some((one) => one.id === id))
          .map(({ name }) => translate("forms.live.inField", { name, field: labelOf(pointer) })),
      ),
    ];
    if (lines.length > 0) setText(lines.join(". "));
  }, [people, places, labelOf, translate]);
  useEffect(() => {
    if (said) setText(said);
  }, [said]);
  return (
    <Box
      role="status"
      aria-live="polite"
      sx={{ position: "absolute", width: "1px", height: "1px", overflow: "hidden", clipPath: "inset(50%)" }}
    >
      {text}
    </Box>
  );
}
